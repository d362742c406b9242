/* Being a job of a shell: stopping, having the terminal again, and ending by a signal. */
#ifndef PROCARIUM_TUI_JOB_H
#define PROCARIUM_TUI_JOB_H

#include <stdbool.h>

/* Whether the terminal of standard input, if that is one, is this job's and not in other hands. */
bool job_has_terminal(void);

/*
 * Whoever calls these has blocked SIGTSTP, SIGCONT and the signals that ask it to end (SIGTERM,
 * SIGHUP, SIGINT, SIGQUIT). Both return 0 once the terminal is this job's, or the number of such a
 * signal, which has come meanwhile and is taken from the pending ones: the terminal is the shell's
 * then, and must not be touched (doing so would stop the job again, and the signal would wait for
 * ever).
 */

/* Stops the whole job, as its shell expects of a ^Z. Without such a shell it returns at once. */
int job_stop(void);

/* After somebody else has continued this job: stops again for as long as it is in the background. */
int job_await_terminal(void);

/* Ends with the signal's own effect, so that the shell hears of it. Output that waits is written. */
void job_end_by(int number);

#endif
