/* A real process that does what it is told: what it hears and says, and where it begins. */
#ifndef REALITY_ACTOR_H
#define REALITY_ACTOR_H

#include "act.h"

/*
 * Its open files, so that exec knows them: at FIRST_FD it says its reports, at FIRST_FD + 1 + slot
 * it is told its acts. Each process of a world has a slot of its own, from 0 on.
 */
enum { FIRST_FD = 100 };

/* What a process says: it has answered, or (a new one) it is there. */
struct report {
    int pid; /* in the namespace */
    int slot;
    struct answer answer;
};

/* Goes on as the first process, and does what it is told until it ends or the world is gone. */
_Noreturn void actor_begin(void);

/* In a program that was started by OP_EXEC: goes on as that process. In any other it returns. */
void actor_resume(int argc, char **argv);

#endif
