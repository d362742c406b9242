/* A terminal for tests: forkpty() on one side, libvterm on the other. */
#define _GNU_SOURCE
#include "vt_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h> /* login_tty() */

enum {
    ENV_MAX = 64,
    LOOK_AGAIN_MS = 50, /* for what changes without output, such as the terminal's settings */
};

_Noreturn void vt_die(const char *what)
{
    perror(what);
    abort();
}

void *vt_must(void *memory)
{
    if (!memory)
        vt_die("vt: out of memory");
    return memory;
}

long vt_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* -- starting and ending ------------------------------------------------------------------ */

/* Sets or replaces one NAME=VALUE; NAME alone takes it away. */
static void env_put(const char **env, const char *entry)
{
    size_t name = strcspn(entry, "=");
    size_t i = 0;
    while (env[i] && !(strncmp(env[i], entry, name) == 0 && env[i][name] == '='))
        i++;
    if (entry[name] == '=') {
        if (i == ENV_MAX - 1)
            vt_die("vt: environment too large");
        env[i] = entry;
    } else {
        for (; env[i]; i++)
            env[i] = env[i + 1];
    }
}

static void env_inherit(const char **env, const char *name)
{
    const char *value = getenv(name);
    if (!value)
        return;
    char *entry = NULL;
    if (asprintf(&entry, "%s=%s", name, value) < 0)
        vt_die("vt: out of memory");
    env_put(env, entry);
}

static _Noreturn void run_program(const char *const *env, const char *const *argv)
{
    const char *all[ENV_MAX] = { NULL };
    static const char *const base[] = {
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "TERM=xterm-256color",
        "LC_ALL=C.UTF-8",
        "HOME=/dev/null/none",
        "XDG_STATE_HOME=/dev/null/none/state",
        "XDG_CONFIG_HOME=/dev/null/none/config",
        "XDG_DATA_HOME=/dev/null/none/data",
    };
    for (size_t i = 0; i < sizeof base / sizeof base[0]; i++)
        env_put(all, base[i]);
    env_inherit(all, "ASAN_OPTIONS");
    env_inherit(all, "UBSAN_OPTIONS");
    env_inherit(all, "LSAN_OPTIONS");
    for (; env && *env; env++)
        env_put(all, *env);
    /* execve() takes char *const[], a matter of history: it changes neither. */
    execve(argv[0], (char **)(uintptr_t)argv, (char **)(uintptr_t)all);
    dprintf(STDOUT_FILENO, "%s: %s\r\n", argv[0], strerror(errno));
    _exit(127);
}

/* The bytes are libvterm's own, which parses what vt_send() reads meanwhile. */
static void write_to_program(const char *bytes, size_t size, void *user)
{
    char *copy = vt_must(malloc(size));

    memcpy(copy, bytes, size);
    vt_send(user, copy, size);
    free(copy);
}

static int on_term_prop(VTermProp prop, VTermValue *value, void *user)
{
    struct vt *vt = user;
    if (prop == VTERM_PROP_ALTSCREEN)
        vt->is_altscreen = value->boolean;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        vt->is_cursor_visible = value->boolean;
    return 1;
}

static void start_terminal(struct vt *vt, int rows, int cols)
{
    static const VTermScreenCallbacks callbacks = { .settermprop = on_term_prop };

    vt->term = vt_must(vterm_new(rows, cols < LEAST_COLS ? LEAST_COLS : cols));
    vterm_set_utf8(vt->term, 1);
    vterm_output_set_callback(vt->term, write_to_program, vt);
    vt->screen = vterm_obtain_screen(vt->term);
    vterm_screen_enable_altscreen(vt->screen, 1);
    vterm_screen_set_callbacks(vt->screen, &callbacks, vt);
    vt->is_cursor_visible = true;
    vterm_screen_reset(vt->screen, 1);
}

struct vt *vt_start(int rows, int cols, const char *const *env, const char *const *argv)
{
    struct vt *vt = vt_must(calloc(1, sizeof *vt));
    vt->texts = vt_must(calloc(1, sizeof *vt->texts));
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

    /* What the parent has not printed yet must not be printed by the child too. */
    fflush(NULL);
    int slave;
    if (openpty(&vt->fd, &slave, NULL, NULL, &size) < 0)
        vt_die("vt: openpty");
    if (tcgetattr(slave, &vt->termios_before) < 0)
        vt_die("vt: tcgetattr");
    fcntl(vt->fd, F_SETFD, FD_CLOEXEC);
    vt->pid = fork();
    if (vt->pid < 0)
        vt_die("vt: fork");
    if (vt->pid == 0) {
        if (login_tty(slave) < 0)
            _exit(126);
        run_program(env, argv);
    }
    close(slave);
    start_terminal(vt, rows, cols);
    return vt;
}

int vt_pid(const struct vt *vt)
{
    return vt->pid;
}

void vt_signal(struct vt *vt, int sig)
{
    if (!vt->is_reaped)
        kill(vt->pid, sig);
}

static bool reap(struct vt *vt, int options)
{
    int status;
    if (!vt->is_reaped && waitpid(vt->pid, &status, options) == vt->pid) {
        vt->is_reaped = true;
        vt->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return vt->is_reaped;
}

void vt_stop(struct vt *vt)
{
    if (!vt)
        return;
    if (!reap(vt, WNOHANG)) {
        kill(vt->pid, SIGKILL);
        reap(vt, 0);
    }
    close(vt->fd);
    vterm_free(vt->term);
    for (size_t i = 0; i < TEXT_BUFFERS; i++)
        free(vt->texts->text[i]);
    free(vt->texts);
    free(vt);
}

/* -- reading ------------------------------------------------------------------------------ */

bool vt_step(struct vt *vt, long ms)
{
    char bytes[16 << 10];
    struct pollfd p = { .fd = vt->fd, .events = POLLIN };

    if (vt->is_eof || poll(&p, 1, ms < 0 ? 0 : (int)ms) <= 0)
        return false;
    ssize_t got = read(vt->fd, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR)
        return true;
    if (got <= 0) { /* EIO: the last one has closed the other side */
        vt->is_eof = true;
        return false;
    }
    for (ssize_t i = 0; i < got; i++) {
        memmove(vt->tail, vt->tail + 1, MARK_SIZE - 1);
        vt->tail[MARK_SIZE - 1] = bytes[i];
        if (memcmp(vt->tail, "\033[?2026", MARK_SIZE - 1) == 0)
            vt->in_frame = vt->tail[MARK_SIZE - 1] == 'h';
        vt->kept[vt->received++ % KEPT_SIZE] = bytes[i];
    }
    vt->is_parsing = true;
    vterm_input_write(vt->term, bytes, (size_t)got);
    vt->is_parsing = false;
    return true;
}

bool vt_wait(struct vt *vt, bool (*is_so)(const struct vt *vt, void *arg), void *arg)
{
    for (long deadline = vt_now_ms() + VT_DEADLINE_MS;;) {
        /* Take in all that is there, so that the newest frame is judged. */
        while (vt_step(vt, 0)) {
            if (vt_now_ms() >= deadline)
                break;
        }
        if (!vt->in_frame && is_so(vt, arg))
            return true;
        long left = deadline - vt_now_ms();
        if (vt->is_eof || left <= 0)
            return is_so(vt, arg);
        vt_step(vt, left < LOOK_AGAIN_MS ? left : LOOK_AGAIN_MS);
    }
}

struct wanted {
    const char *text;
    bool is_there;
};

static bool text_is_as_wanted(const struct vt *vt, void *arg)
{
    const struct wanted *wanted = arg;
    return vt_find(vt, wanted->text, NULL, NULL) == wanted->is_there;
}

bool vt_wait_text(struct vt *vt, const char *text)
{
    return vt_wait(vt, text_is_as_wanted, &(struct wanted){ text, true });
}

bool vt_wait_gone(struct vt *vt, const char *text)
{
    return vt_wait(vt, text_is_as_wanted, &(struct wanted){ text, false });
}

void vt_settle(struct vt *vt, int quiet_ms)
{
    long deadline = vt_now_ms() + VT_DEADLINE_MS;
    while (vt_step(vt, quiet_ms) && vt_now_ms() < deadline)
        continue;
}

int vt_wait_exit(struct vt *vt)
{
    long deadline = vt_now_ms() + VT_DEADLINE_MS;
    while (!vt->is_eof && vt_now_ms() < deadline) {
        /* A descendant may hold the terminal open; then the program's own end counts. */
        if (!vt_step(vt, 20) && reap(vt, WNOHANG))
            break;
    }
    while (!reap(vt, WNOHANG) && vt_now_ms() < deadline)
        poll(NULL, 0, 1);
    return vt->is_reaped ? vt->status : -1;
}

bool vt_has_ended(struct vt *vt)
{
    while (vt_step(vt, 0))
        continue;
    return vt->is_eof || reap(vt, WNOHANG);
}
