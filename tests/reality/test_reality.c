/*
 * Reality: random acts, carried out by simulated tasks and by real processes of this computer, must
 * be answered alike and leave everybody looking alike.
 *
 * Only what every Linux does alike is compared; where today's differs from 2.6.11, acts are chosen
 * so that it does not show:
 * - PID 1 only waits. All others belong to the session of PID 2, so that today's rule about orphaned
 *   process groups (init's children are no exception unless the whole computer's init is meant) makes
 *   no difference.
 * - 2.6.11 moves a child whose stop was reported to the end of its parent's list. So in half of the
 *   worlds no wait asks for stops, and in the others all waits name their child.
 * - A signal to many ends or stops nobody: who is first then, a parent or its child, is chance.
 * - Who waits for a group does not sleep: today it is not woken by children that have left the group.
 * - Today a deadly signal ends a vfork parent's sleep, and a core dump leaves those alone who share
 *   its memory. So as long as somebody sleeps in vfork, the others do nothing that could send one.
 * - Today a pipe wakes one reader after the other, 2.6.11 all at once; and a reader of 2.6.11 that got
 *   something goes on if a writer sleeps. So one at most sleeps in a read, and writes are short.
 */
#include "actor.h"
#include "cunit_main.h"
#include "simulated.h"
#include "world.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEPS = 160, PIDS_MAX = 40, WORLDS = 12 };

struct twins {
    struct world *world;
    struct simulated *simulated;
    int pids;                      /* 1 … this were given out */
    bool places[PIDS_MAX][PLACES]; /* what each has mapped */
    bool borrows[PIDS_MAX];        /* a vfork child, before its exec */
    bool reads[PIDS_MAX];          /* has not come back from a read yet */
    bool tells_stops;              /* waits ask for stopped children, too */
    bool likes_files;              /* few signals, so that much is read and written */
    bool is_quiet;
    char log[STEPS * 64];
    size_t logged;
};

/* ---- Random choices ---- */

static uint32_t random_state;

static uint32_t below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

static int one_of(const int *numbers, size_t count)
{
    return numbers[below((uint32_t)count)];
}

#define ONE_OF(...)                                                                                \
    one_of((const int[]){ __VA_ARGS__ }, sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int))

static char state_of(const struct twins *t, int pid)
{
    struct looks looks;

    return simulated_look(t->simulated, pid, &looks) ? looks.state : '\0';
}

static bool somebody_in(const struct twins *t, char state)
{
    for (int pid = 1; pid <= t->pids; pid++)
        if (state_of(t, pid) == state)
            return true;
    return false;
}

/* Somebody that there is or was, but init. */
static int somebody(const struct twins *t)
{
    return 2 + (int)below((uint32_t)t->pids - 1);
}

static int some_signal(void)
{
    return ONE_OF(SIGHUP, SIGKILL, SIGUSR1, SIGUSR1, SIGSEGV, SIGUSR2, SIGTERM, SIGCHLD, SIGCONT,
                  SIGCONT, SIGSTOP, SIGSTOP, SIGTSTP, SIGURG, 0);
}

static void choose_kill(const struct twins *t, struct act *act)
{
    act->a = somebody(t);
    act->b = some_signal();
    if (below(4) == 0) {
        act->a = below(6) == 0 ? -1 : below(2) ? 0 : -act->a;
        act->b = ONE_OF(0, SIGCONT, SIGURG, SIGCHLD);
    }
}

static void choose_wait(const struct twins *t, struct act *act)
{
    act->a = t->tells_stops || below(3) ? somebody(t) : ONE_OF(-1, -1, 0, -somebody(t));
    act->b = below(3) ? WNOHANG : 0;
    if (act->a == 0 || act->a < -1)
        act->b |= WNOHANG;
    if (t->tells_stops && below(3))
        act->b |= WUNTRACED | (below(2) ? WCONTINUED : 0);
}

/* One between 3 and 8, as all others belong to the test; mostly one that is open. */
static int some_fd(const struct twins *t, int pid)
{
    int fd = 3 + (int)below(6);

    for (int i = 0; i < 6 && !simulated_has_open(t->simulated, pid, fd); i++)
        fd = 3 + (int)below(6);
    return fd;
}

static void choose_for_files(const struct twins *t, struct act *act)
{
    act->a = act->op == OP_OPEN || act->op == OP_UNLINK ? (long)below(FILES) : some_fd(t, act->pid);
    switch (act->op) {
    case OP_OPEN:
        act->b = below(OPEN_WAYS);
        break;
    case OP_DUP2:
        act->b = 3 + below(6);
        break;
    case OP_FCNTL:
        act->b = below(FCNTL_WAYS);
        break;
    case OP_READ:
    case OP_WRITE:
        act->b = below(TEXT_MAX);
        break;
    case OP_LSEEK:
        act->b = (long)below(100) - 30;
        break;
    default:
        break;
    }
}

static void choose_arguments(const struct twins *t, struct act *act)
{
    switch (act->op) {
    case OP_EXIT:
        act->a = below(300);
        break;
    case OP_WAIT:
        choose_wait(t, act);
        break;
    case OP_KILL:
        choose_kill(t, act);
        break;
    case OP_SIGNAL:
        act->a = ONE_OF(SIGUSR1, SIGUSR2, SIGTERM, SIGCHLD, SIGCONT, SIGTSTP, SIGKILL, SIGHUP,
                        SIGPIPE, SIGPIPE);
        act->b = below(4);
        if (t->likes_files && below(2))
            act->a = SIGPIPE;
        break;
    case OP_SIGPROCMASK:
        act->a = below(2);
        act->b = ONE_OF(SIGUSR1, SIGUSR2, SIGTERM, SIGCHLD, SIGCONT, SIGTSTP, SIGKILL, SIGSTOP);
        break;
    case OP_SETPGID:
        act->a = below(3) ? 0 : somebody(t);
        act->b = below(3) ? 0 : somebody(t);
        break;
    case OP_MMAP:
        act->b = below(2);
        break;
    case OP_STORE:
        act->b = (long)below(1 << 30);
        break;
    default:
        choose_for_files(t, act);
        break;
    }
}

/* Does anybody sleep in a read, or has been stopped in one? */
static bool somebody_reads(const struct twins *t)
{
    for (int pid = 1; pid <= t->pids; pid++)
        if (t->reads[pid] && strchr("ST", state_of(t, pid)) && state_of(t, pid))
            return true;
    return false;
}

/* Is there anybody else who can act, but for init? Else a world of files were soon asleep. */
static bool others_run(const struct twins *t, int pid)
{
    for (int other = 2; other <= t->pids; other++)
        if (other != pid && state_of(t, other) == 'R')
            return true;
    return false;
}

static bool may_end_or_sleep(enum op op)
{
    return op == OP_READ || op == OP_WRITE || op == OP_PAUSE || op == OP_EXIT || op == OP_WAIT ||
           op == OP_KILL || op == OP_VFORK;
}

/* A place that it has mapped, or one that it has not; -1 if there is none. */
static int some_place(const struct twins *t, int pid, bool is_mapped)
{
    int begin = (int)below(PLACES);

    for (int i = 0; i < PLACES; i++)
        if (t->places[pid][(begin + i) % PLACES] == is_mapped)
            return (begin + i) % PLACES;
    return -1;
}

/* What may it do just now? A vfork child borrows its parent's memory, and may not make more. */
static bool choose_op(const struct twins *t, struct act *act)
{
    static const enum op ops[] = {
        OP_FORK,   OP_FORK,   OP_FORK,   OP_VFORK,   OP_EXEC,        OP_EXIT,   OP_WAIT,
        OP_WAIT,   OP_WAIT,   OP_KILL,   OP_KILL,    OP_KILL,        OP_KILL,   OP_PAUSE,
        OP_SIGNAL, OP_SIGNAL, OP_SIGNAL, OP_SETPGID, OP_SIGPROCMASK, OP_SETSID, OP_MMAP,
        OP_STORE,  OP_LOAD,   OP_STORE,  OP_LOAD,
    };
    static const enum op file_ops[] = {
        OP_SIGNAL, OP_PIPE, OP_OPEN, OP_OPEN,  OP_CLOSE, OP_DUP,   OP_DUP2,  OP_FCNTL,
        OP_READ,   OP_READ, OP_READ, OP_WRITE, OP_WRITE, OP_WRITE, OP_LSEEK, OP_UNLINK,
    };

    if (below(20) < (t->likes_files ? 18 : 5))
        act->op = file_ops[below(sizeof file_ops / sizeof *file_ops)];
    else
        act->op = ops[below(sizeof ops / sizeof *ops)];
    if (act->op == OP_FORK || act->op == OP_VFORK)
        return t->pids + 1 < PIDS_MAX && !t->borrows[act->pid];
    if (act->op == OP_MMAP || act->op == OP_STORE || act->op == OP_LOAD) {
        act->a = some_place(t, act->pid, act->op != OP_MMAP);
        return act->a >= 0 && (act->op != OP_MMAP || !t->borrows[act->pid]);
    }
    if (t->likes_files && may_end_or_sleep(act->op) && !others_run(t, act->pid))
        return false;
    choose_arguments(t, act);
    return act->op != OP_READ || !somebody_reads(t);
}

/* Is this harmless for one who sleeps in vfork? */
static bool spares_vfork(const struct twins *t, const struct act *act)
{
    switch (act->op) {
    case OP_EXEC:
    case OP_EXIT:
    case OP_WRITE: /* SIGPIPE */
        return t->borrows[act->pid];
    case OP_KILL:
        return act->a > 0 && t->borrows[act->a] && act->b != SIGSEGV;
    case OP_FORK:
    case OP_VFORK:
    case OP_SETPGID:
    case OP_SETSID:
        return false;
    default:
        return true;
    }
}

/* init looks for somebody who is dead, by name. */
static void choose_for_init(const struct twins *t, struct act *act)
{
    struct looks looks;

    *act = (struct act){ 1, OP_WAIT, -1, WNOHANG };
    for (int pid = 2; pid <= t->pids && act->a < 0; pid++)
        if (simulated_look(t->simulated, pid, &looks) && looks.ppid == 1 && looks.state == 'Z')
            act->a = pid;
}

/* Something for somebody who can act; if all others sleep, are stopped or gone, for init. */
static void choose(const struct twins *t, struct act *act)
{
    bool is_vforking = somebody_in(t, 'D');

    for (int i = 0; i < 200; i++) {
        *act = (struct act){ .pid = somebody(t) };
        if (state_of(t, act->pid) == 'R' && choose_op(t, act) &&
            (!is_vforking || spares_vfork(t, act)))
            return;
    }
    choose_for_init(t, act);
}

/* ---- Comparing ---- */

static void note_act(struct twins *t, const struct act *act)
{
    int room = (int)(sizeof t->log - t->logged);
    int length = snprintf(t->log + t->logged, (size_t)room, "%s\n", simulated_text(act));

    t->logged += length > 0 && length < room ? (size_t)length : 0;
}

static bool complain(const struct twins *t, const char *what, int pid, long simulated, long real)
{
    if (t->is_quiet)
        return false;
    printf("\n%s\nPID %d, %s: %ld (0x%lx) simulated, %ld (0x%lx) real\n", t->log, pid, what,
           simulated, (unsigned long)simulated, real, (unsigned long)real);
    return false;
}

static bool compare_answers(const struct twins *t, const struct answer *s, size_t s_count,
                            const struct answer *r, size_t r_count)
{
    for (size_t i = 0; i < s_count && i < r_count; i++) {
        if (s[i].pid != r[i].pid)
            return complain(t, "who answers", s[i].pid, s[i].pid, r[i].pid);
        if (s[i].op != r[i].op)
            return complain(t, "which call answers", s[i].pid, (long)s[i].op, (long)r[i].op);
        if (s[i].value != r[i].value)
            return complain(t, "value", s[i].pid, s[i].value, r[i].value);
        if (s[i].value > 0 && s[i].status != r[i].status)
            return complain(t, "status", s[i].pid, s[i].status, r[i].status);
    }
    return s_count == r_count || complain(t, "how many answers", 0, (long)s_count, (long)r_count);
}

static bool compare_looks(const struct twins *t, int pid)
{
    struct looks s, r;
    bool in_s = simulated_look(t->simulated, pid, &s), in_r = world_look(t->world, pid, &r);

    if (in_s != in_r)
        return complain(t, "is there", pid, in_s, in_r);
    if (!in_s)
        return true;
    if (s.state != r.state)
        return complain(t, "state", pid, s.state, r.state);
    if (s.ppid != r.ppid || s.pgrp != r.pgrp || s.session != r.session)
        return s.ppid != r.ppid   ? complain(t, "parent", pid, s.ppid, r.ppid)
               : s.pgrp != r.pgrp ? complain(t, "group", pid, s.pgrp, r.pgrp)
                                  : complain(t, "session", pid, s.session, r.session);
    if (s.state == 'Z')
        return true; /* what a dead one had pending is nobody's business */
    if (s.state ==
        'T') /* a real one may have been stopped in a handler, which here takes no time */
        r.blocked = (r.blocked & ~r.caught) | (s.blocked & r.caught);
    return (s.pending == r.pending ||
            complain(t, "pending", pid, (long)s.pending, (long)r.pending)) &&
           (s.shared_pending == r.shared_pending ||
            complain(t, "shared pending", pid, (long)s.shared_pending, (long)r.shared_pending)) &&
           (s.blocked == r.blocked ||
            complain(t, "blocked", pid, (long)s.blocked, (long)r.blocked)) &&
           (s.ignored == r.ignored ||
            complain(t, "ignored", pid, (long)s.ignored, (long)r.ignored)) &&
           (s.caught == r.caught || complain(t, "caught", pid, (long)s.caught, (long)r.caught));
}

/* Who was born, and who has mapped what. */
static void follow(struct twins *t, const struct act *act, const struct answer *answers,
                   size_t count)
{
    if (act->op == OP_READ)
        t->reads[act->pid] = true;
    for (size_t i = 0; i < count; i++) {
        const struct answer *a = &answers[i];

        if (a->op == OP_READ)
            t->reads[a->pid] = false;
        if ((a->op == OP_FORK || a->op == OP_VFORK) && a->value == 0) {
            t->pids = a->pid > t->pids ? a->pid : t->pids;
            t->borrows[a->pid] = a->op == OP_VFORK;
            for (int k = 0; k < PLACES; k++)
                t->places[a->pid][k] = t->places[act->pid][k];
        } else if (a->op == OP_MMAP && a->value == 0) {
            t->places[a->pid][act->a] = true;
        } else if (a->op == OP_EXEC) {
            t->borrows[a->pid] = false;
            for (int k = 0; k < PLACES; k++)
                t->places[a->pid][k] = false;
        }
    }
}

static bool do_both(struct twins *t, const struct act *act)
{
    struct answer simulated[ANSWERS_MAX], real[ANSWERS_MAX];
    size_t simulated_count, real_count;

    note_act(t, act);
    if (!simulated_act(t->simulated, act, simulated, &simulated_count))
        return complain(t, "refused", act->pid, 0, 0);
    if (!world_act(t->world, act, real, &real_count))
        return complain(t, "no rest", act->pid, 0, 0);
    if (!compare_answers(t, simulated, simulated_count, real, real_count))
        return false;
    follow(t, act, simulated, simulated_count);
    for (int pid = 1; pid <= t->pids; pid++)
        if (!compare_looks(t, pid))
            return false;
    return true;
}

/* ---- Tests ---- */

static bool live_together(uint32_t seed, bool is_quiet)
{
    static const struct act begin[] = { { 1, OP_FORK, 0, 0 }, { 2, OP_SETSID, 0, 0 } };
    static const struct act more[] = { { 2, OP_PIPE, 0, 0 },
                                       { 2, OP_FORK, 0, 0 },
                                       { 3, OP_FORK, 0, 0 } };
    struct twins t = {
        .world = world_create(), .simulated = simulated_create(), .pids = 1, .is_quiet = is_quiet
    };
    bool well = t.world != NULL;
    struct act act;

    random_state = seed * 2654435761u + 1;
    for (size_t i = 0; i < sizeof begin / sizeof *begin && well; i++)
        well = do_both(&t, &begin[i]);
    t.tells_stops = below(2);
    t.likes_files = below(2);
    for (size_t i = 0; i < sizeof more / sizeof *more && well && t.likes_files; i++)
        well = do_both(&t, &more[i]);
    for (int i = 0; i < STEPS && well; i++) {
        choose(&t, &act);
        well = do_both(&t, &act);
    }
    if (!well && !is_quiet)
        printf("REALITY_SEED=%u tries this again\n", seed);
    world_destroy(t.world);
    simulated_destroy(t.simulated);
    return well;
}

/*
 * In reality many run at once, and now and then it matters who is first: a parent that dies with its
 * children, say. What is different three times running is no such thing.
 */
static bool live_together_in_the_end(uint32_t seed)
{
    return live_together(seed, true) || live_together(seed, true) || live_together(seed, false);
}

static void test_random_lives(void)
{
    const char *seed = getenv("REALITY_SEED"), *count = getenv("REALITY_WORLDS");
    uint32_t worlds = count ? (uint32_t)atoi(count) : WORLDS;

    for (uint32_t i = 0; i < (seed ? 1 : worlds); i++)
        CU_ASSERT(live_together_in_the_end(seed ? (uint32_t)atoi(seed) : i + 1));
}

/* Whoever kills the test finds no processes and no files of it afterwards. */
static void test_killed_test(void)
{
    char folder[] = "/tmp/procarium-test-XXXXXX";
    const char *where = getenv("TMPDIR");
    char *before = where ? strdup(where) : NULL;
    int tries = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    setenv("TMPDIR", folder, 1);
    pid_t test = fork();
    if (test == 0) {
        world_create();
        raise(SIGKILL);
    }
    CU_ASSERT_EQUAL(waitpid(test, NULL, 0), test);
    while (rmdir(folder) != 0 && ++tries < 500) /* it is not empty yet */
        poll(NULL, 0, 10);
    CU_ASSERT(tries < 500);
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    free(before);
}

enum { STATUS_SKIPPED = 77 };

int main(int argc, char **argv)
{
    static CU_TestInfo tests[] = {
        { "random lives, simulated and real", test_random_lives },
        { "a killed test leaves no folder", test_killed_test },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "reality", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };

    actor_resume(argc, argv);
    struct world *world = world_create();
    if (!world) {
        puts("skipped: no PID namespace may be made here");
        return STATUS_SKIPPED;
    }
    world_destroy(world);
    return cunit_main(argc, argv, suites);
}
