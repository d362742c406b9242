/*
 * The terminal's foundation on a screen: editing, history, completion, paste, sizes, and every way
 * to end.
 */
#include "cunit_main.h"
#include "setting.h"
#include "shell.h"
#include "vt.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/procarium-lineed-XXXXXX";
static char history_file[64];
static char editrc_env[80];

static int make_folder(void)
{
    if (!mkdtemp(folder))
        return 1;
    snprintf(history_file, sizeof history_file, "%s/history", folder);
    snprintf(editrc_env, sizeof editrc_env, "EDITRC=%s/editrc", folder);
    return 0;
}

static int remove_folder(void)
{
    unlink(history_file);
    unlink(strchr(editrc_env, '=') + 1);
    return rmdir(folder);
}

static struct vt *start(int rows, int cols, const char *const *env, const char *history)
{
    struct vt *vt =
        vt_start(rows, cols, env, (const char *[]){ getenv("TUI_DEMO"), history, NULL });

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    return vt;
}

/* Types a line and waits for its echo. */
static void run_line(struct vt *vt, const char *line)
{
    char typed[128], echo[128];

    snprintf(typed, sizeof typed, "%s\r", line);
    snprintf(echo, sizeof echo, "<%s>", line);
    vt_type(vt, typed);
    VT_ASSERT(vt, vt_wait_text(vt, echo));
}

static void test_typing_and_editing(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);
    int row, col;

    vt_type(vt, "ab三d");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> ab三d"));
    vt_cursor(vt, &row, &col);
    CU_ASSERT_EQUAL(row, 23);
    CU_ASSERT_EQUAL(col, 11);
    vt_key(vt, VTERM_KEY_LEFT);
    vt_key(vt, VTERM_KEY_BACKSPACE);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> abd"));
    vt_key(vt, VTERM_KEY_HOME);
    vt_type(vt, "x");
    vt_key(vt, VTERM_KEY_END);
    vt_type(vt, "y");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> xabdy"));
    vt_type(vt, "\001"); /* ^A */
    vt_key(vt, VTERM_KEY_DEL);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> abdy"));
    vt_type(vt, "\013"); /* ^K */
    VT_ASSERT(vt, vt_wait_gone(vt, "abdy"));
    vt_type(vt, "\031!\r"); /* ^Y */
    VT_ASSERT(vt, vt_wait_text(vt, "<abdy!>"));
    quit_procarium(vt);
}

static void test_split_character_and_alt_keys(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_type(vt, "\xe9");
    vt_settle(vt, 30);
    vt_type(vt, "\x9d");
    vt_settle(vt, 30);
    vt_type(vt, "\xa2");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> 面"));
    vt_type(vt, " one two");
    VT_ASSERT(vt, vt_wait_text(vt, "one two"));
    vt_type(vt, "\033b");
    vt_type(vt, "x");
    VT_ASSERT(vt, vt_wait_text(vt, "one xtwo"));
    vt_type(vt, "\0332"); /* Alt-2 is the program's */
    vt_type(vt, "y");
    VT_ASSERT(vt, vt_wait_text(vt, "one xytwo"));
    quit_procarium(vt);
}

static void test_history(void)
{
    struct vt *vt = start(24, 80, NULL, history_file);
    struct stat status;

    run_line(vt, "first");
    run_line(vt, "second");
    vt_key(vt, VTERM_KEY_UP);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> second"));
    vt_key(vt, VTERM_KEY_UP);
    vt_type(vt, "!");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> first!"));
    vt_key(vt, VTERM_KEY_DOWN);
    vt_key(vt, VTERM_KEY_DOWN);
    quit_procarium(vt);
    CU_ASSERT_EQUAL(stat(history_file, &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);

    vt = start(24, 80, NULL, history_file);
    vt_key(vt, VTERM_KEY_UP);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> quit"));
    vt_key(vt, VTERM_KEY_UP);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> second"));
    quit_procarium(vt);
}

static void test_search(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    run_line(vt, "alpha one");
    run_line(vt, "beta");
    run_line(vt, "alpha 三体");
    vt_type(vt, "kept\022");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: ) kept"));
    vt_type(vt, "alp");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: alp) alpha 三体"));
    vt_type(vt, "\022");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: alp) alpha one"));
    vt_type(vt, "\022");
    VT_ASSERT(vt, vt_wait_text(vt, "(not found: alp) alpha one"));
    vt_type(vt, "\023"); /* ^S: back to the newer one */
    VT_ASSERT(vt, vt_wait_text(vt, "(history: alp) alpha 三体"));
    vt_type(vt, "\007"); /* ^G */
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> kept"));
    vt_type(vt, "\022a\022");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: a) beta"));
    vt_type(vt, "\022");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: a) alpha one"));
    vt_type(vt, "\023"); /* from here on, to newer ones */
    VT_ASSERT(vt, vt_wait_text(vt, "(history: a) beta"));
    vt_type(vt, "q");
    VT_ASSERT(vt, vt_wait_text(vt, "(not found: aq) beta"));
    vt_type(vt, "\177"); /* the line in sight matches again */
    VT_ASSERT(vt, vt_wait_text(vt, "(history: a) beta"));
    vt_type(vt, "\007");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> kept"));
    vt_type(vt, "\025\022三"); /* a character whose low byte is a Tab */
    VT_ASSERT(vt, vt_wait_text(vt, "(history: 三) alpha 三体"));
    vt_key(vt, VTERM_KEY_LEFT); /* ends the search, in the line */
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> alpha 三体"));
    vt_type(vt, "X");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> alphaX 三体"));
    vt_type(vt, "\025\022beta\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Command 4 was: beta"));
    vt_type(vt, "\022zz");
    VT_ASSERT(vt, vt_wait_text(vt, "(not found: zz)"));
    vt_type(vt, "\003");
    VT_ASSERT(vt, vt_wait_gone(vt, "(not found"));
    quit_procarium(vt);
}

static void test_completion(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_type(vt, "ec\t");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> echo"));
    vt_type(vt, "三\t");
    VT_ASSERT(vt, vt_wait_text(vt, "三国"));
    CU_ASSERT_TRUE(vt_find(vt, "三体", NULL, NULL));
    vt_type(vt, "体 m\t");
    VT_ASSERT(vt, vt_wait_text(vt, "mode"));
    CU_ASSERT_TRUE(vt_find(vt, "2 sh> echo 三体 m", NULL, NULL));
    CU_ASSERT_FALSE(vt_find(vt, "三国", NULL, NULL)); /* the old candidates went with the key */
    vt_type(vt, "\025store ");
    VT_ASSERT(vt, vt_wait_text(vt, "store ADDR VALUE"));
    quit_procarium(vt);
}

static void test_paste(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_paste(vt, "one\ntwo\rthree \tx\033[31m");
    VT_ASSERT(vt, vt_wait_text(vt, "<two>"));
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> three  x[31m")); /* not run: no newline after it */
    CU_ASSERT_TRUE(vt_find(vt, "<one>", NULL, NULL));
    vt_type(vt, "\003");
    vt_type(vt, "ab\002"); /* into the middle of a line */
    vt_paste(vt, "--");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> a--b"));
    vt_type(vt, "\022"); /* a paste ends a search */
    vt_paste(vt, "++");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> a--++b"));
    quit_procarium(vt);
}

static void test_big_paste(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);
    size_t size = 200000;
    char *text = malloc(size + 1);

    memset(text, 'a', size);
    memcpy(text + size - 3, "END", 4);
    long reads = count_reads(vt);
    vt_paste(vt, text);
    VT_ASSERT(vt, vt_wait_text(vt, "aEND"));
    CU_ASSERT_TRUE(count_reads(vt) - reads < (long)size / 10);
    free(text);
    quit_procarium(vt);
}

/* Whatever comes together with a paste, or in two parts, is what it is. */
static void test_around_paste(void)
{
    static const char *const split[] = { "\033[200~on", "e\033[20", "1~\033[Dx\033[200~", "y\033[2",
                                         "01~\r" };
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_type(vt, "\033[200~two\033[201~\033[Dx\r");
    VT_ASSERT(vt, vt_wait_text(vt, "<twxo>"));
    vt_type(vt, "\033[200~a\033[Db\033[201~\033[200~c\033[201~d\033[1~e\r");
    VT_ASSERT(vt, vt_wait_text(vt, "<eabcd>")); /* a key inside is none */
    vt_type(vt, "\033[200~f\033[201~\033");     /* the last one is the key Esc */
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> f"));
    vt_type(vt, "\003");
    VT_ASSERT(vt, vt_wait_text(vt, "f^C"));
    for (size_t i = 0; i < sizeof split / sizeof split[0]; i++) {
        vt_type(vt, split[i]);
        vt_settle(vt, 5);
    }
    VT_ASSERT(vt, vt_wait_text(vt, "<onxye>"));
    quit_procarium(vt);
}

static void test_control_c_and_d(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_type(vt, "half");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half"));
    vt_type(vt, "\003");
    VT_ASSERT(vt, vt_wait_text(vt, "half^C"));
    vt_type(vt, "x\004y"); /* ^D in a line with text does not leave */
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> xy"));
    vt_type(vt, "lost\003\004"); /* in one write: the ^D after the ^C counts */
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

static void test_interrupting_long_work(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_type(vt, "slow 100\r");
    VT_ASSERT(vt, vt_wait_text(vt, "working: 0%"));
    vt_type(vt, "dropped\003");
    VT_ASSERT(vt, vt_wait_text(vt, "interrupted"));
    run_line(vt, "after");
    vt_type(vt, "slow 1\rtyped ahead\r");
    VT_ASSERT(vt, vt_wait_text(vt, "<typed ahead>"));
    vt_type(vt, "slow 100\r");
    VT_ASSERT(vt, vt_wait_text(vt, "slow 100"));
    vt_signal(vt, SIGTERM);
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 128 + SIGTERM);
    vt_stop(vt);
}

/* ^C and what is typed behind it arrive, whatever sequence was left unfinished before them. */
static void test_interrupting_half_a_character(void)
{
    static const char *const halves[] = { "", "\xc3", "\xe4\xb8", "\033[<0;1", "\033[M" };

    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
        struct vt *vt = start(24, 80, NULL, NULL);
        char keys[64];
        vt_type(vt, "half");
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half"));
        snprintf(keys, sizeof keys, "%s\003", halves[i]);
        vt_type(vt, keys);
        VT_ASSERT(vt, vt_wait_text(vt, "half^C"));
        vt_type(vt, "slow 100\r");
        VT_ASSERT(vt, vt_wait_text(vt, "working: 0%"));
        snprintf(keys, sizeof keys, "dropped%s\003after\r", halves[i]);
        vt_type(vt, keys); /* in one write */
        VT_ASSERT(vt, vt_wait_text(vt, "interrupted"));
        VT_ASSERT(vt, vt_wait_text(vt, "<after>"));
        vt_type(vt, "\xc3"
                    "a\xb8"
                    "b\r"); /* each lost byte takes nothing along */
        VT_ASSERT(vt, vt_wait_text(vt, "<ab>"));
        vt_type(vt, "quit\r");
        CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
        vt_stop(vt);
    }
}

static void test_vi(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_type(vt, "mode vi\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Command 1"));
    vt_type(vt, "one two");
    vt_key(vt, VTERM_KEY_LEFT);
    vt_type(vt, "X");
    VT_ASSERT(vt, vt_wait_text(vt, "one twXo"));
    vt_type(vt, "\033");
    vt_settle(vt, 60);
    vt_type(vt, "bi-\033");
    VT_ASSERT(vt, vt_wait_text(vt, "one -twXo"));
    vt_settle(vt, 60);
    vt_type(vt, "0x:v.~"); /* deletes one, and what would crash does nothing */
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> ne -twXo"));
    vt_type(vt, "r"); /* an arrow where a character is wanted leaves nothing behind */
    vt_key(vt, VTERM_KEY_RIGHT);
    vt_type(vt, "A.\022mode");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: mode) mode vi"));
    vt_type(vt, "\007\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Command 2"));
    CU_ASSERT_FALSE(vt_find(vt, "\\x8", NULL, NULL));
    run_line(vt, "needle");
    vt_type(vt, "\033");
    vt_settle(vt, 60);
    vt_type(vt, "/need");
    VT_ASSERT(vt, vt_wait_text(vt, "/need"));
    vt_key(vt, VTERM_KEY_LEFT); /* neither an arrow nor a paste confuses libedit's own prompt */
    vt_paste(vt, "le");
    VT_ASSERT(vt, vt_wait_text(vt, "/needle"));
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> needle"));
    quit_procarium(vt);
}

static void test_editrc(void)
{
    FILE *file = fopen(strchr(editrc_env, '=') + 1, "w");
    const char *env[] = { editrc_env, NULL };

    fputs("# a comment\nbind \"^X\" ed-delete-prev-char\ntui_demo:bind ^T ed-move-to-beg\n"
          "other:bind ^A ed-insert\nbind \"open\nedit off\nbind -a v vi-histedit\n"
          "bind ^O em-inc-search-prev\nbind \"^[[1;5C\" ed-move-to-end\n",
          file);
    fclose(file);
    struct vt *vt = start(24, 80, env, NULL);
    CU_ASSERT_TRUE(vt_find(vt, "editrc:5: not a key binding", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "editrc:7: not a key binding", NULL, NULL));
    vt_type(vt, "abc\030\024x");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> xab"));
    vt_key_mod(vt, VTERM_KEY_RIGHT, VTERM_MOD_CTRL);
    vt_type(vt, "y");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> xaby"));
    vt_type(vt, "\017"); /* libedit's search by name is ours */
    VT_ASSERT(vt, vt_wait_text(vt, "(history: )"));
    vt_type(vt, "\007\025bind \"^X\"\r");
    VT_ASSERT(vt, vt_wait_text(vt, "ed-delete-prev-char"));
    vt_type(vt, "bind \"open\r");
    VT_ASSERT(vt, vt_wait_text(vt, "refused"));
    vt_type(vt, "\033x\"b\r"); /* M-x with an open quote */
    VT_ASSERT(vt, vt_wait_text(vt, "Command 3"));
    quit_procarium(vt);
}

static void test_sizes(void)
{
    static const int sizes[][2] = { { 60, 200 }, { 24, 80 }, { 10, 40 }, { 3, 20 },  { 1, 1 },
                                    { 2, 3 },    { 5, 200 }, { 60, 10 }, { 45, 160 } };
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_type(vt, "kept");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        vt_resize(vt, sizes[i][0], sizes[i][1]);
        if (sizes[i][1] >= 10) {
            VT_ASSERT(vt, vt_wait_text(vt, "kept"));
        }
    }
    VT_ASSERT(vt, vt_wait_text(vt, "stack"));
    vt_resize(vt, 9, 39);
    VT_ASSERT(vt, vt_wait_text(vt, "too small"));
    vt_type(vt, "!\r");
    vt_resize(vt, 24, 80);
    VT_ASSERT(vt, vt_wait_text(vt, "<kept!>"));
    for (int i = 0; i < 200; i++)
        vt_resize(vt, 1 + i * 7 % 60, 1 + i * 13 % 200);
    vt_resize(vt, 24, 80);
    VT_ASSERT(vt, vt_wait_text(vt, "<kept!>"));
    run_line(vt, "alive");
    quit_procarium(vt);
}

static void test_console_scrolling(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_type(vt, "lines 100\r");
    VT_ASSERT(vt, vt_wait_text(vt, "line 100"));
    vt_key(vt, VTERM_KEY_PAGEUP);
    VT_ASSERT(vt, vt_wait_gone(vt, "line 100"));
    CU_ASSERT_TRUE(vt_find(vt, "more below", NULL, NULL));
    for (int i = 0; i < 40; i++)
        vt_key(vt, VTERM_KEY_PAGEUP);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> lines 100"));
    vt_type(vt, "end\r");
    VT_ASSERT(vt, vt_wait_text(vt, "<end>"));
    vt_mouse(vt, 4, 20, 5);
    VT_ASSERT(vt, vt_wait_gone(vt, "<end>"));
    vt_mouse(vt, 5, 20, 5);
    VT_ASSERT(vt, vt_wait_text(vt, "<end>"));
    quit_procarium(vt);
}

static void test_mouse(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_mouse(vt, 1, 3, 60);
    vt_settle(vt, 50);
    int row, col;
    VT_ASSERT(vt, vt_find_from(vt, 0, "memory", &row, &col));
    CU_ASSERT_TRUE(vt_cell(vt, row, col).attrs.bold); /* the focus went there */
    vt_mouse(vt, 5, 3, 5);
    VT_ASSERT(vt, vt_wait_gone(vt, "    0 R"));
    vt_type(vt, "mouse off\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Command 1"));
    CU_ASSERT_TRUE(vt_has_received(vt, "\033[?1006l", 8));
    quit_procarium(vt);
}

static void test_signals(void)
{
    static const int numbers[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct vt *vt = start(24, 80, NULL, NULL);
        vt_type(vt, "half");
        vt_signal(vt, numbers[i]);
        CU_ASSERT_EQUAL(vt_wait_exit(vt), 128 + numbers[i]);
        CU_ASSERT_TRUE(vt_is_termios_restored(vt));
        CU_ASSERT_FALSE(vt_is_altscreen(vt));
        vt_stop(vt);
    }
}

static void test_crashes(void)
{
    static const struct {
        const char *command;
        int number;
    } crashes[] = { { "abort\r", SIGABRT }, { "segv\r", SIGSEGV }, { "overflow\r", SIGSEGV } };

    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        struct vt *vt = start(24, 80, NULL, NULL);
        vt_type(vt, crashes[i].command);
        int status = vt_wait_exit(vt); /* a sanitizer makes an abort of it */
        CU_ASSERT_TRUE(status == 128 + crashes[i].number || status == 128 + SIGABRT);
        CU_ASSERT_TRUE(vt_is_termios_restored(vt));
        CU_ASSERT_FALSE(vt_is_altscreen(vt));
        CU_ASSERT_TRUE(vt_cursor_is_visible(vt));
        CU_ASSERT_TRUE(vt_has_received(vt, "\033[?2004l", 8));
        if (i == 0)
            CU_ASSERT_TRUE(vt_find(vt, "assertion failed", NULL, NULL)); /* and it can be read */
        vt_stop(vt);
    }
}

static void test_stderr_is_kept_aside(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    vt_type(vt, "stderr SECRET\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Command 1"));
    CU_ASSERT_EQUAL(vt_count_rows_with(vt, "SECRET"), 2); /* as typed, and in the sentence */
    vt_type(vt, "quit\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    CU_ASSERT_TRUE(vt_find(vt, "SECRET", NULL, NULL));
    vt_stop(vt);
}

static void test_suspend_under_a_shell(void)
{
    struct vt *vt = vt_start(24, 80, NULL,
                             (const char *[]){ "/bin/bash", "--norc", "--noprofile", "-i", NULL });
    char command[256];

    snprintf(command, sizeof command, "PS1='shell-%%'; %s\r", getenv("TUI_DEMO"));
    vt_type(vt, command);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    for (int i = 0; i < 2; i++) {
        vt_type(vt, i ? "ped" : "half ty");
        VT_ASSERT(vt, vt_wait_text(vt, i ? "half typed" : "half ty"));
        vt_type(vt, "\032");
        VT_ASSERT(vt, vt_wait_text(vt, "Stopped"));
        CU_ASSERT_FALSE(vt_is_altscreen(vt));
        vt_type(vt, "echo us$((1))able\r");
        VT_ASSERT(vt, vt_wait_text(vt, "us1able"));
        vt_resize(vt, 24 + i, 80);
        vt_type(vt, "fg\r");
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half ty"));
        CU_ASSERT_TRUE(vt_is_altscreen(vt));
    }
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, "<half typed>"));
    vt_type(vt, "quit\r");
    VT_ASSERT(vt, vt_wait_text(vt, "shell-%"));
    vt_type(vt, "exit\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

static void test_terminals(void)
{
    static const char *const names[] = { "vt100", "linux", "screen", "xterm", "tmux-256color" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char term[64];
        snprintf(term, sizeof term, "TERM=%s", names[i]);
        struct vt *vt = start(24, 80, (const char *[]){ term, "LC_ALL=C", NULL }, NULL);
        run_line(vt, "三体");
        bool is_marked = vt_has_received(vt, "\033[?2026h", 8);
        CU_ASSERT_EQUAL(is_marked, i > 1);
        vt_cell(vt, 0, 0);
        CU_ASSERT_EQUAL(strcmp(vt_cell_text(vt, 0, 0), "+") == 0, i == 0); /* ASCII on a vt100 */
        if (i == 0)
            CU_ASSERT_EQUAL(vt_fg(vt, 0, 0), VT_DEFAULT_COLOR);
        quit_procarium(vt);
    }
}

static void test_no_color(void)
{
    struct vt *vt = start(24, 80, (const char *[]){ "NO_COLOR=1", NULL }, NULL);

    for (int y = 0; y < 24; y++) {
        for (int x = 0; x < 80; x++) {
            CU_ASSERT_EQUAL_FATAL(vt_fg(vt, y, x), VT_DEFAULT_COLOR);
            CU_ASSERT_EQUAL_FATAL(vt_bg(vt, y, x), VT_DEFAULT_COLOR);
        }
    }
    quit_procarium(vt);
}

static void test_unusable(void)
{
    static const char *const names[] = { "TERM=dumb", "TERM=no-such-terminal", "TERM=", "TERM" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct vt *vt = vt_start(24, 80, (const char *[]){ names[i], NULL },
                                 (const char *[]){ getenv("TUI_DEMO"), NULL });
        CU_ASSERT_EQUAL(vt_wait_exit(vt), 2);
        CU_ASSERT_EQUAL(vt_count_rows_with(vt, "TERM"), 1);
        vt_stop(vt);
    }
}

static void test_no_raw_bytes(void)
{
    struct vt *vt = start(24, 80, NULL, NULL);

    CU_ASSERT_TRUE(vt_find(vt, "^[[31m", NULL, NULL)); /* the pane's text holds an escape */
    CU_ASSERT_TRUE(vt_find(vt, "\\xff", NULL, NULL));
    vt_type(vt, "\026\033[5mx\r"); /* ^V ESC types one into the line */
    VT_ASSERT(vt, vt_wait_text(vt, "<^[[5mx>"));
    CU_ASSERT_FALSE(vt_has_received(vt, "\033[5m", 4));
    CU_ASSERT_FALSE(vt_has_received(vt, "\033[31m ", 6));
    quit_procarium(vt);
}

/*
 * Keys at random with sizes at random, in both modes: it lives, and the terminal comes back. More
 * of it: MONKEY_KEYS=100000 MONKEY_SEED=1 screen_lineed monkey
 */
static void test_monkey(void)
{
    static const char *const words[] = { "mode vi\r", "mode emacs\r", "\003",
                                         "\033[A",    "\033OB",       "\033[200~a\nb三\033[201~",
                                         "\022",      "\t",           "\033[5~",
                                         "\033OR",    "\033OQ",       "\033[<64;5;5M",
                                         "三",        "lines 9\r" };
    unsigned seed = setting("MONKEY_SEED", 20261121);
    unsigned keys = setting("MONKEY_KEYS", 6000);
    struct vt *vt = start(24, 80, NULL, NULL);

    for (unsigned i = 0; i < keys; i++) {
        seed = seed * 1103515245 + 12345;
        unsigned pick = seed >> 16;
        if (pick % 400 == 0)
            /* libvterm dies of a wide character in one column */
            vt_resize(vt, 1 + (int)(pick % 50), 2 + (int)(pick % 170));
        else if (pick % 9 == 0)
            vt_type(vt, words[pick / 9 % (sizeof words / sizeof words[0])]);
        else {
            char byte = (char)(pick % 127 + 1);
            /* ^C would throw away what waits, ^D would leave, ^Z has nobody to stop for */
            if (byte != 3 && byte != 4 && byte != 26)
                vt_send(vt, &byte, 1);
        }
        if (i % 16 == 0)
            vt_settle(vt, 1); /* so that what waits is not all thrown away by a ^C */
    }
    vt_resize(vt, 24, 80);
    vt_type(vt, "\003");
    vt_settle(vt, 50);
    vt_type(vt, "\003mode emacs\r");
    vt_type(vt, "\003survived\r");
    VT_ASSERT(vt, vt_wait_text(vt, "<survived>"));
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "typing and editing", test_typing_and_editing },
    { "split characters and Alt", test_split_character_and_alt_keys },
    { "history", test_history },
    { "history search", test_search },
    { "completion", test_completion },
    { "paste", test_paste },
    { "big paste", test_big_paste },
    { "what comes with a paste", test_around_paste },
    { "^C and ^D", test_control_c_and_d },
    { "interrupting long work", test_interrupting_long_work },
    { "interrupting half a character", test_interrupting_half_a_character },
    { "vi mode", test_vi },
    { "editrc", test_editrc },
    { "sizes", test_sizes },
    { "console scrolling", test_console_scrolling },
    { "mouse", test_mouse },
    { "signals", test_signals },
    { "crashes", test_crashes },
    { "standard error is kept aside", test_stderr_is_kept_aside },
    { "suspend under a shell", test_suspend_under_a_shell },
    { "terminals", test_terminals },
    { "NO_COLOR", test_no_color },
    { "unusable terminals", test_unusable },
    { "no raw bytes", test_no_raw_bytes },
    { "monkey", test_monkey },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "line editor and screen", make_folder, remove_folder, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
