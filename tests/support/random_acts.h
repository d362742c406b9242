// Random acts of random tasks: well-formed calls, legal and illegal, that never put init to sleep.
#ifndef SUPPORT_RANDOM_ACTS_H
#define SUPPORT_RANDOM_ACTS_H

#include "booted_machine.h"

struct randomness {
    u64 state;      // not 0
    u32 tasks;      // no new ones from here on
    bool settle;    // turn settling off and on, too
    bool wild_init; // init clones, opens and arranges as the others do: it keeps what it gets
};

u32 random_below(struct randomness *r, u32 limit);
// One act, checked as all acts are.
void act_at_random(struct booted *b, struct randomness *r);
// Ends everybody but init, and reaps: SIGKILL, SIGCONT to vfork children, wait by init.
void end_all_but_init(struct booted *b);

#endif
