/*
 * Real processes, in a PID namespace of their own, which do what they are told and report.
 *
 * The first is PID 1 there, as init is in the simulated machine. All of them end when it ends, and
 * it ends with the test, whatever happens.
 */
#ifndef REALITY_WORLD_H
#define REALITY_WORLD_H

#include "act.h"

#include <stdbool.h>
#include <stddef.h>

struct world;

/* NULL where no PID namespace may be made. */
struct world *world_create(void);
void world_destroy(struct world *world);

/*
 * Has a process act, and waits until it has answered, sleeps or is gone, and until nobody runs any
 * more. The answers of all processes, in order of PID. False if they do not come to rest.
 */
bool world_act(struct world *world, const struct act *act, struct answer *answers, size_t *count);

/* False if there is no such process. */
bool world_look(const struct world *world, int pid, struct looks *looks);

#endif
