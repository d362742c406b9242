/* See simulated.h. */
#include "simulated.h"

#include "kernel/kernel.h"
#include "mm/vm.h"
#include "procarium/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct simulated {
    struct session *session;
    struct answer answers[ANSWERS_MAX];
    size_t count;
    int status; /* of the wait that is about to return */
};

static const struct {
    u32 number;
    enum op op;
} calls[] = {
    { __NR_fork, OP_FORK },
    { __NR_vfork, OP_VFORK },
    { __NR_wait4, OP_WAIT },
    { __NR_kill, OP_KILL },
    { __NR_pause, OP_PAUSE },
    { __NR_rt_sigaction, OP_SIGNAL },
    { __NR_rt_sigprocmask, OP_SIGPROCMASK },
    { __NR_setpgid, OP_SETPGID },
    { __NR_setsid, OP_SETSID },
    { __NR_mmap, OP_MMAP },
    { __NR_pipe, OP_PIPE },
    { __NR_open, OP_OPEN },
    { __NR_close, OP_CLOSE },
    { __NR_dup, OP_DUP },
    { __NR_dup2, OP_DUP2 },
    { __NR_fcntl, OP_FCNTL },
    { __NR_read, OP_READ },
    { __NR_write, OP_WRITE },
    { __NR_lseek, OP_LSEEK },
    { __NR_unlink, OP_UNLINK },
};

static void add(struct simulated *sim, struct answer answer)
{
    if (sim->count < ANSWERS_MAX)
        sim->answers[sim->count++] = answer;
}

// What a call has just read lies where its second argument says.
static int sum_of_read(const struct simulated *sim, s32 pid, s32 count)
{
    const struct machine *m = session_machine(sim->session);
    const struct task_struct *p = find_task_by_pid(m, pid);
    char bytes[TEXT_MAX] = { 0 };

    if (count <= 0 || count > TEXT_MAX || !p || !p->mm)
        return 0;
    read_user_bytes(m, at(m, p->mm, struct mm_struct), task_pt_regs(m, p)->ecx, bytes, (u32)count);
    return text_sum(bytes, count);
}

static void on_return(struct simulated *sim, const struct event *event)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        bool is_mapping = calls[i].op == OP_MMAP && event->c < -4095; /* where does not matter */

        int status = calls[i].op == OP_WAIT && event->c > 0 ? sim->status : 0;

        if (calls[i].number != (u32)event->b)
            continue;
        if (calls[i].op == OP_READ)
            status = sum_of_read(sim, event->a, event->c);
        add(sim, (struct answer){ event->a, calls[i].op, is_mapping ? 0 : event->c, status });
    }
}

static void on_load(struct simulated *sim, const struct event *event)
{
    const struct machine *m = session_machine(sim->session);
    const struct task_struct *p = find_task_by_pid(m, event->a);
    long value = 0;

    if (p && p->mm)
        read_user_bytes(m, at(m, p->mm, struct mm_struct), (uaddr)event->b, &value, PLACE_BYTES);
    add(sim, (struct answer){ event->a, OP_LOAD, value, 0 });
}

static void listen_to(void *context, const struct machine *m, const struct event *event)
{
    struct simulated *sim = context;

    (void)m;
    if (event->kind == EVENT_RETURN)
        on_return(sim, event);
    else if (event->kind == EVENT_WAIT_STATUS)
        sim->status = event->c;
    else if (event->kind == EVENT_EXEC)
        add(sim, (struct answer){ event->a, OP_EXEC, 0, 0 });
    else if (event->kind == EVENT_LOAD)
        on_load(sim, event);
    else if (event->kind == EVENT_STORE)
        add(sim, (struct answer){ event->a, OP_STORE, 0, 0 });
}

static void on_mistake(void *context, const struct mistake *mistake)
{
    (void)context;
    printf("\n%s\n", mistake->message);
}

struct simulated *simulated_create(void)
{
    struct simulated *sim = calloc(1, sizeof *sim);
    struct session_options options = { .face = { .mistake = on_mistake } };

    sim->session = session_create(&options);
    session_listen(sim->session, listen_to, sim);
    return sim;
}

void simulated_destroy(struct simulated *sim)
{
    session_unlisten(sim->session, listen_to, sim);
    session_destroy(sim->session);
    free(sim);
}

static void file_text(const struct act *act, char *text, size_t room)
{
    char bytes[TEXT_MAX + 1] = "";

    switch (act->op) {
    case OP_PIPE:
        snprintf(text, room, "pipe");
        break;
    case OP_OPEN:
        snprintf(text, room, "open /tmp/f%ld %s", act->a, open_ways[act->b].text);
        break;
    case OP_CLOSE:
        snprintf(text, room, "close %ld", act->a);
        break;
    case OP_DUP:
        snprintf(text, room, "dup %ld", act->a);
        break;
    case OP_DUP2:
        snprintf(text, room, "dup2 %ld %ld", act->a, act->b);
        break;
    case OP_FCNTL:
        snprintf(text, room, "fcntl %ld %s", act->a, fcntl_ways[act->b].text);
        break;
    case OP_READ:
        snprintf(text, room, "read %ld %ld", act->a, act->b);
        break;
    case OP_WRITE:
        for (int i = 0; i < act->b; i++)
            bytes[i] = text_byte(act, i);
        snprintf(text, room, "write %ld \"%s\"", act->a, bytes);
        break;
    case OP_LSEEK:
        snprintf(text, room, "lseek %ld %ld%s", act->a, act->b, act->b < 0 ? " SEEK_END" : "");
        break;
    case OP_UNLINK:
        snprintf(text, room, "unlink /tmp/f%ld", act->a);
        break;
    default:
        break;
    }
}

const char *simulated_text(const struct act *act)
{
    static const char *const hows[] = { "default", "ignore", "handler", "handler restart" };
    static char text[96];
    int length = snprintf(text, sizeof text, "%d: ", act->pid);
    char *rest = text + length;
    size_t room = sizeof text - (size_t)length;

    switch (act->op) {
    case OP_FORK:
        snprintf(rest, room, "fork");
        break;
    case OP_VFORK:
        snprintf(rest, room, "vfork");
        break;
    case OP_EXEC:
        snprintf(rest, room, "exec /bin/sh");
        break;
    case OP_EXIT:
        snprintf(rest, room, "exit_group %ld", act->a);
        break;
    case OP_WAIT:
        snprintf(rest, room, "wait4 %ld%s%s%s", act->a, act->b & WNOHANG ? " WNOHANG" : "",
                 !(act->b & WUNTRACED) ? ""
                 : act->b & WNOHANG    ? "|WUNTRACED"
                                       : " WUNTRACED",
                 act->b & WCONTINUED ? "|WCONTINUED" : "");
        break;
    case OP_KILL:
        snprintf(rest, room, "kill -%ld %ld", act->b, act->a);
        break;
    case OP_PAUSE:
        snprintf(rest, room, "pause");
        break;
    case OP_SIGNAL:
        snprintf(rest, room, "signal %ld %s", act->a, hows[act->b]);
        break;
    case OP_SIGPROCMASK:
        snprintf(rest, room, "sigprocmask %s %ld", act->a ? "unblock" : "block", act->b);
        break;
    case OP_SETPGID:
        snprintf(rest, room, "setpgid %ld %ld", act->a, act->b);
        break;
    case OP_SETSID:
        snprintf(rest, room, "setsid");
        break;
    case OP_MMAP:
        snprintf(rest, room, "mmap 1 %s place%ld", act->b ? "shared" : "private", act->a);
        break;
    case OP_STORE:
        snprintf(rest, room, "store place%ld %ld", act->a, act->b);
        break;
    case OP_LOAD:
        snprintf(rest, room, "load place%ld %d", act->a, PLACE_BYTES);
        break;
    default:
        file_text(act, rest, room);
        break;
    }
    return text;
}

static int by_pid(const void *a, const void *b)
{
    const struct answer *one = a, *other = b;

    return one->pid != other->pid ? (one->pid > other->pid) - (one->pid < other->pid)
                                  : (one->op > other->op) - (one->op < other->op);
}

bool simulated_act(struct simulated *sim, const struct act *act, struct answer *answers,
                   size_t *count)
{
    const char *text = simulated_text(act);
    struct strbuf why = STRBUF_INIT;

    sim->count = 0;
    bool well = session_run(sim->session, "act", text, strlen(text)) == RUN_OK;
    if (well && machine_check(session_machine(sim->session), &why) != 0) {
        printf("\n%s\n", strbuf_text(&why));
        well = false;
    }
    strbuf_finish(&why);
    qsort(sim->answers, sim->count, sizeof *answers, by_pid);
    memcpy(answers, sim->answers, sim->count * sizeof *answers);
    *count = sim->count;
    return well;
}

bool simulated_has_open(const struct simulated *sim, int pid, int fd)
{
    const struct machine *m = session_machine(sim->session);
    const struct task_struct *p = find_task_by_pid(m, pid);
    const struct files_struct *files = p && p->files ? at(m, p->files, struct files_struct) : NULL;

    return files && fd < files->max_fds && *at(m, files->fd + (u32)fd * 4, kaddr);
}

static unsigned long mask(const struct sigset *set)
{
    return (unsigned long)set->sig[0] | (unsigned long)set->sig[1] << 32;
}

bool simulated_look(const struct simulated *sim, int pid, struct looks *looks)
{
    const struct machine *m = session_machine(sim->session);
    const struct task_struct *p = find_task_by_pid(m, pid);

    *looks = (struct looks){ 0 };
    if (!p)
        return false;
    *looks = (struct looks){
        .state = task_state_letter(p),
        .ppid = task_at(m, p->group_leader)->real_parent
                    ? task_at(m, task_at(m, p->group_leader)->real_parent)->tgid
                    : 0,
        .pgrp = signal_of(m, p)->pgrp,
        .session = signal_of(m, p)->session,
        .pending = mask(&p->pending.signal),
        .shared_pending = mask(&signal_of(m, p)->shared_pending.signal),
        .blocked = mask(&p->blocked),
    };
    for (s32 i = 1; p->sighand && i <= 64; i++) {
        u32 handler = sighand_of(m, p)->action[i - 1].sa_handler;

        if (handler == SIG_IGN)
            looks->ignored |= 1UL << (i - 1);
        else if (handler != SIG_DFL)
            looks->caught |= 1UL << (i - 1);
    }
    return true;
}
