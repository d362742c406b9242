/* A monkey at the keyboard: random keys, mouse, pastes and sizes; then everything must still be well. */
#include "shell.h"

#include <stdlib.h>
#include <string.h>

/*
 * PROCARIUM_MONKEY is how many keys it presses, PROCARIUM_SEED where it begins (./dev monkey). What
 * it does depends on the seed alone; how the program's frames fall between keys does not.
 */
enum {
    KEYS_BY_DEFAULT = 6000,
    KEYS_A_BREATH = 8,   /* keys between two moments in which the program may draw */
    KEYS_A_SIZE = 60,    /* keys between two sizes of the screen */
    KEYS_A_LIFE = 10000, /* keys before the machine must prove that it is well */
};

static const char *const keys[] = {
    "\t",        "\r",        " ",        "\033[A",   "\033[B",     "\033[C",    "\033[D",
    "\033[5~",   "\033[6~",   "\033[H",   "\033[F",   "\033[Z",     "\033OP",    "\033OQ",
    "\033OR",    "\033OS",    "\033[15~", "\033[17~", "\033[17;2~", "\033[18~",  "\033[19~",
    "\033[20~",  "\033[23~",  "\033[24~", "\033",     "\0331",      "\0332",     "\0333",
    "\0334",     "\0335",     "\0336",    "\0337",    "\0338",      "\0339",     "\0330",
    "\033t",     "\033m",     "\033k",    "\033s",    "\033a",      "\033[1;3A", "\033[1;3B",
    "\033[1;3C", "\033[1;3D", "+",        "-",        "\014",       "\022",      "\001",
    "\025",      "\027",      "\031",     "\177",     "x",          "f",         "é",
    "三",
};

static const char *const lines[] = {
    "fork\r",
    "vfork\r",
    "wait\r",
    "exit\r",
    "3: exit\r",
    "kill -STOP 3\r",
    "kill -CONT 3\r",
    "ps\r",
    "trace\r",
    "undo\r",
    "redo\r",
    "boot sh\r",
    "$!: fork\r",
    "help\r",
    "store heap 1\r",
    "clone thread\r",
    "layout\r",
    "layout memory\r",
    "zoom trace\r",
    "zoom\r",
    "size task 3x3\r",
    "size memory 99x999\r",
    "size console 50x1\r",
    "size reset\r",
    "theme light\r",
    "theme mono ascii\r",
    "theme dark utf8\r",
    "theme high-contrast\r",
    "until back copy_mm\r",
    "until state 3 Z\r",
    "play\r",
    "play 32\r",
    "press kernel PageDown 9\r",
    "pane kernel runq\r",
    "choose 1\r",
    "choose off\r",
    "mouse off\r",
    "mouse on\r",
    "explain\r",
    "demo 1\r",
    "demo off\r",
    "repeat 30 { fork; $!: exit; wait }\r",
    "layout io\r",
    "layout sched\r",
    "layout all\r",
    "zoom ring\r",
    "zoom timeline\r",
    "zoom files\r",
    "zoom stack\r",
    "zoom states\r",
    "zoom narration\r",
    "pane timeline\r",
    "pane ring\r",
    "pane files\r",
    "press ring Enter\r",
    "press timeline Up 7\r",
    "press timeline Enter\r",
    "press files End\r",
    "press tasks Down 3\r",
    "goto 1; fork\r",
    "branches\r",
    "branches 1\r",
    "pipe; write 4 hello; read 3 5\r",
    "open /etc/motd; dup 3; close 3\r",
    "exec /bin/cat\r",
    "mmap 40p private x; store x 1; munmap x\r",
    "beside 3\r",
    "explain\r",
    "keys\r",
    "chapters\r",
    "chapters 2\r",
    "demo 17\r",
    "ask \"how many?\" 3\r",
    "snapshot-screen /nowhere/x.svg\r",
    "boot mem=896M; repeat 3000 { clone thread }\r",
    "\022fo",
    "repeat 2 {\r",
};

static const char *const endings[] = { "\004", "\033[21~", "quit\r" }; /* rare: it starts again */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct monkey {
    struct vt *vt;
    unsigned long seed;
    int lives;
    long count; /* keys pressed */
};

static unsigned below(struct monkey *m, unsigned n)
{
    m->seed = m->seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(m->seed >> 33) % n;
}

static void be_born(struct monkey *m)
{
    m->vt = start_shell(24, 80);
    m->lives++;
}

static void use_mouse(struct monkey *m)
{
    static const char *const events[] = { "0;%u;%uM", "32;%u;%uM", "0;%u;%um", "64;%u;%uM",
                                          "65;%u;%uM" };
    char bytes[64] = "\033[<";

    snprintf(bytes + 3, sizeof bytes - 3, events[below(m, COUNT(events))], 1 + below(m, 200),
             1 + below(m, 60));
    vt_type(m->vt, bytes);
}

static void send_bytes(struct monkey *m)
{
    unsigned char bytes[8];
    unsigned count = 1 + below(m, sizeof bytes);

    for (unsigned i = 0; i < count; i++) {
        bytes[i] = (unsigned char)(1 + below(m, 255));
        if (bytes[i] == 26 || bytes[i] == 4) /* ^Z stops the tester, too; ^D is an ending */
            bytes[i] = 'y';
    }
    vt_send(m->vt, bytes, count);
}

static void press(struct monkey *m)
{
    unsigned what = below(m, 1000);

    m->count++;
    if (what < 2)
        vt_type(m->vt, endings[below(m, COUNT(endings))]);
    else if (what < 8)
        vt_type(m->vt, "\003"); /* takes what has not been read yet along */
    else if (what < 120)
        use_mouse(m);
    else if (what < 140)
        send_bytes(m);
    else if (what < 150)
        vt_paste(m->vt, "fork\nps\n三国三国\n3: exit 5");
    else if (what < 300)
        vt_type(m->vt, lines[below(m, COUNT(lines))]);
    else
        vt_type(m->vt, keys[below(m, COUNT(keys))]);
}

/* The program has ended by itself: as it should, or the test fails. */
static void start_again(struct monkey *m)
{
    int status = vt_wait_exit(m->vt);
    if (status != 0) {
        printf("status %d, life %d, key %ld\n", status, m->lives, m->count);
        vt_dump(m->vt, stdout);
    }
    CU_ASSERT_EQUAL_FATAL(status, 0);
    expect_restored(m->vt);
    vt_stop(m->vt);
    be_born(m);
}

static bool has_ended(struct monkey *m)
{
    return vt_has_ended(m->vt);
}

/* Whatever it is in the middle of, a ^C brings the prompt back; and nothing is broken. */
static void prove_health(struct monkey *m)
{
    vt_resize(m->vt, 24, 80);
    for (int i = 0; i < 3; i++) {
        vt_type(m->vt, "\003");
        vt_settle(m->vt, 100);
    }
    if (has_ended(m)) {
        start_again(m);
        return;
    }
    vt_type(m->vt, "theme dark utf8\r");
    VT_ASSERT(m->vt, vt_wait_text(m->vt, "theme dark utf8"));
    vt_type(m->vt, "zoom console\r");
    VT_ASSERT(m->vt, vt_wait_text(m->vt, "zoom console"));
    vt_type(m->vt, "demo off\r");
    vt_settle(m->vt, 50);
    vt_type(m->vt, "goto 0; check\r");
    VT_ASSERT(m->vt, vt_wait_text(m->vt, "all is well"));
    quit_procarium(m->vt);
    be_born(m);
}

static void test_monkey(void)
{
    const char *wanted = getenv("PROCARIUM_MONKEY"), *seed = getenv("PROCARIUM_SEED");
    long count = wanted ? strtol(wanted, NULL, 10) : KEYS_BY_DEFAULT;
    struct monkey m = { .seed = seed ? strtoul(seed, NULL, 10) : 1 };

    be_born(&m);
    for (long i = 1; i <= count; i++) {
        press(&m);
        if (i % KEYS_A_BREATH == 0)
            vt_settle(m.vt, 2);
        if (has_ended(&m))
            start_again(&m);
        if (i % KEYS_A_SIZE == 0)
            vt_resize(m.vt, 1 + (int)below(&m, 65), 1 + (int)below(&m, 210));
        if (i % KEYS_A_LIFE == 0)
            prove_health(&m);
    }
    prove_health(&m);
    quit_procarium(m.vt);
    printf("(%ld keys, %d starts) ", count, m.lives);
}

static CU_TestInfo tests[] = {
    { "monkey", test_monkey },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "monkey", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
