/* Being a job of a shell: stopped and continued by signals to its whole process group. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/job.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* So often a job without a shell, which no signal stops, asks for a terminal that it cannot have. */
enum { TRIES = 100 };

/* The number of a pending signal of these, which is pending no more; 0 for none. */
static int take_pending(const int *numbers, size_t count)
{
    const struct timespec at_once = { 0 };
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < count; i++)
        sigaddset(&set, numbers[i]);
    int number = sigtimedwait(&set, NULL, &at_once);
    return number > 0 ? number : 0;
}

static int take_end(void)
{
    static const int numbers[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };

    return take_pending(numbers, sizeof numbers / sizeof numbers[0]);
}

/* With the signal's own effect, whatever was made of it, and behind it when the job goes on. */
static void stop_by(int number)
{
    static const int go_on = SIGCONT;
    struct sigaction stop = { .sa_handler = SIG_DFL }, before;
    sigset_t only_this, mask;

    sigaction(number, &stop, &before);
    sigemptyset(&only_this);
    sigaddset(&only_this, number);
    sigprocmask(SIG_UNBLOCK, &only_this, &mask);
    kill(0, number);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    sigaction(number, &before, NULL);
    take_pending(&go_on, 1); /* it has been heard */
}

bool job_has_terminal(void)
{
    pid_t owner = tcgetpgrp(STDIN_FILENO);

    return owner < 0 || owner == getpgrp();
}

int job_await_terminal(void)
{
    for (int i = 0; i < TRIES; i++) {
        int end = take_end();

        if (end)
            return end;
        if (job_has_terminal())
            return 0;
        stop_by(SIGTTOU);
    }
    return SIGHUP;
}

int job_stop(void)
{
    stop_by(SIGTSTP);
    return job_await_terminal();
}

void job_end_by(int number)
{
    fflush(NULL);
    signal(number, SIG_DFL);
    raise(number);
}
