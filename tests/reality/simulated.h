/* The same acts in the simulated machine: what a session answers and shows. */
#ifndef REALITY_SIMULATED_H
#define REALITY_SIMULATED_H

#include "act.h"

#include <stdbool.h>
#include <stddef.h>

struct simulated;

struct simulated *simulated_create(void);
void simulated_destroy(struct simulated *sim);

/* As world_act(). False if the command was refused, or the machine does not pass its own check. */
bool simulated_act(struct simulated *sim, const struct act *act, struct answer *answers,
                   size_t *count);

/* The command that stands for an act, for messages. */
const char *simulated_text(const struct act *act);

/* Has it that descriptor open? */
bool simulated_has_open(const struct simulated *sim, int pid, int fd);
bool simulated_look(const struct simulated *sim, int pid, struct looks *looks);

#endif
