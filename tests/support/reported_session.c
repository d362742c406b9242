// See reported_session.h.
#include "reported_session.h"

// After the kernel's errnos: CUnit brings the host's macros of the same names.
#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

static struct session *session;
const struct machine *m;
struct strbuf out;

void run_in_session(const char *commands)
{
    CU_ASSERT_EQUAL_FATAL(session_run(session, "test", commands, strlen(commands)), RUN_OK);
}

void open_session(const char *commands)
{
    session = session_create(&(struct session_options){ 0 });
    CU_ASSERT_PTR_NOT_NULL_FATAL(session);
    m = session_machine(session);
    strbuf_clear(&out);
    run_in_session(commands);
}

void close_session(void)
{
    session_destroy(session);
    strbuf_finish(&out);
}

bool has(const char *text)
{
    return strstr(strbuf_text(&out), text) != NULL;
}

bool has_in_order(const char *const *words)
{
    const char *from = strbuf_text(&out);

    for (; *words; words++) {
        from = strstr(from, *words);
        if (!from) {
            fprintf(stderr, "missing or too early: %s\n", *words);
            return false;
        }
        from += strlen(*words);
    }
    return true;
}

void trace_last(void)
{
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_trace(m, 0, &(struct trace_options){ .no_fields = true }, &out));
}
