/* Finding and making the state directory. */
#include "state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Makes the folders on the way to a file. */
static int make_folders(char *path)
{
    for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';
        int failed = mkdir(path, 0700) != 0 && errno != EEXIST;
        *p = '/';
        if (failed)
            return -1;
    }
    return 0;
}

char *state_path(const char *name)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char path[PATH_MAX];
    int length;

    if (state && state[0] == '/')
        length = snprintf(path, sizeof path, "%s/procarium/%s", state, name);
    else if (home && home[0] == '/')
        length = snprintf(path, sizeof path, "%s/.local/state/procarium/%s", home, name);
    else
        return NULL;
    if (length < 0 || (size_t)length >= sizeof path || make_folders(path) < 0)
        return NULL;
    return strdup(path);
}
