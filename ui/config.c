/* See config.h. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool config_path(char *path, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int length;

    if (config && config[0] == '/')
        length = snprintf(path, size, "%s/procarium/config", config);
    else if (home && home[0] == '/')
        length = snprintf(path, size, "%s/.config/procarium/config", home);
    else
        return false;
    return length > 0 && (size_t)length < size;
}

void config_run(struct session *session, struct strbuf *boot)
{
    char path[PATH_MAX];

    if (config_path(path, sizeof path) && access(path, F_OK) == 0)
        session_run_settings(session, path, boot);
}
