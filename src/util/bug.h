// A bug of ours stops the program: assertions that stay on in release builds.
#ifndef UTIL_BUG_H
#define UTIL_BUG_H

// Prints file, line and condition on standard error and aborts; a terminal
// program's SIGABRT handler then restores the screen and can repeat the words.
_Noreturn void bug_at(const char *file, int line, const char *condition);

// The words of the bug that is ending the program, or NULL. For SIGABRT handlers.
const char *bug_last_words(void);

#define BUG_ON(condition)                                                                          \
    do {                                                                                           \
        if (__builtin_expect(!!(condition), 0))                                                    \
            bug_at(__FILE__, __LINE__, #condition);                                                \
    } while (0)

// For what is asked hundreds of times in every command: only where speed is not what is built for.
#ifdef PROCARIUM_DEBUG
#define DEBUG_BUG_ON(condition) BUG_ON(condition)
#else
#define DEBUG_BUG_ON(condition) ((void)sizeof(condition))
#endif

#define BUG(words) bug_at(__FILE__, __LINE__, words)

#endif
