/* Numbers from the environment: how long a random test runs, and from which seed. */
#ifndef SUPPORT_SETTING_H
#define SUPPORT_SETTING_H

#include <stdlib.h>

/* The variable's value, decimal, octal or hex as in C; `otherwise` if it is not set. */
static inline unsigned setting(const char *name, unsigned otherwise)
{
    const char *value = getenv(name);

    return value ? (unsigned)strtoul(value, NULL, 0) : otherwise;
}

#endif
