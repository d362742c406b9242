/* procarium in a test terminal: started with a shell, asked to quit, looked at row by row;
 * and a folder for what it leaves. */
#ifndef SCREEN_SHELL_H
#define SCREEN_SHELL_H

#include "cunit_main.h"
#include "vt.h"

/* Starts procarium with one argument, or NULL for none; env as for vt_start(). */
struct vt *start_procarium(int rows, int cols, const char *const *env, const char *argument);

/*
 * The same as a child of sh, which says "ended: STATUS" then, and ends at Enter; and a signal to it. A program
 * that leads its session takes the terminal along when it is killed: nobody can restore that then.
 */
struct vt *start_under_sh(int rows, int cols, const char *argument);
void kill_under_sh(const struct vt *vt, int sig);

/* start_procarium() without arguments, up to the shell's prompt. */
struct vt *start_shell(int rows, int cols);

/* Is the terminal as it was before the program started? */
void expect_restored(struct vt *vt);

/* Asks the program to quit, expects it to do so well, and stops the terminal. */
void quit_procarium(struct vt *vt);

/* Types a command and Enter, and waits for text that its answer shows. */
void run_command(struct vt *vt, const char *command, const char *answer);

/* A new folder for a suite's files and settings, and its end; 0, else the suite cannot run. */
int make_home(void);
int remove_home(void);
extern char home[];
/* The same with a lesson in it, which has this text and lies at lesson_file. */
int make_home_with_lesson(const char *text);
extern char lesson_file[];
/* The path of a file in it, valid up to the next call. */
const char *path_in_home(const char *name);

/* Does the text stand in a row that also holds the other one? */
bool is_beside(const struct vt *vt, const char *text, const char *other);

/* How often the program has called read(); -1 where the system does not count that. */
long count_reads(const struct vt *vt);

/* Waits until one or the other stands on the screen. */
bool wait_either(struct vt *vt, const char *one, const char *other);

#endif
