/* Scripts, texts and streams of commands, run without a person. */
#include "batch.h"

#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static u32 count_lines(const char *text, size_t length)
{
    u32 count = 0;

    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n';
    return count;
}

/* Reads lines until no block and no quoted word is open, or there is more than anybody would take.
   False at the end of the input. */
static bool read_commands(FILE *in, struct strbuf *text)
{
    struct open_ends ends = { 0 };
    char part[4096];

    strbuf_clear(text);
    for (;;) {
        size_t length = 0;
        int c = EOF;

        while (length < sizeof part && (c = getc(in)) != EOF) {
            part[length++] = (char)c;
            if (c == '\n')
                break;
        }
        strbuf_add(text, part, length);
        open_ends_add(&ends, part, length);
        if (c == EOF || (c == '\n' && !has_open_ends(&ends)) || text->length > SCRIPT_SIZE_MAX)
            return text->length > 0;
    }
}

static enum run_result run_stream(struct session *session, FILE *in, const char *name)
{
    enum run_result result = RUN_OK, worst = RUN_OK;
    struct strbuf text = STRBUF_INIT;
    u32 line = 1;

    while (read_commands(in, &text)) {
        result = session_run_from(session, name, line, strbuf_text(&text), text.length);
        line += count_lines(strbuf_text(&text), text.length);
        if (result == RUN_MISTAKE && session_keeps_going(session) && text.length <= SCRIPT_SIZE_MAX)
            worst = RUN_MISTAKE;
        else if (result != RUN_OK)
            break;
    }
    strbuf_finish(&text);
    return result == RUN_OK ? worst : result;
}

bool is_stream(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode));
}

/* A FIFO or a device is run like standard input: procarium <(echo fork). */
static enum run_result run_file(struct session *session, const char *path)
{
    struct strbuf name = STRBUF_INIT;
    FILE *in = is_stream(path) ? fopen(path, "rb") : NULL;

    if (!in)
        return session_run_file(session, path);
    strbuf_add_visible(&name, path, strlen(path));
    enum run_result result = run_stream(session, in, strbuf_text(&name));
    strbuf_finish(&name);
    fclose(in);
    return result;
}

static enum run_result run_input(struct session *session, const struct batch_input *input)
{
    switch (input->kind) {
    case INPUT_TEXT:
        return session_run(session, "-c", input->text, strlen(input->text));
    case INPUT_STDIN:
        return run_stream(session, stdin, _("standard input"));
    case INPUT_FILE:
        break;
    }
    return run_file(session, input->text);
}

enum run_result batch_run(struct session *session, const struct batch_input *inputs, size_t count)
{
    enum run_result result = RUN_OK;

    for (size_t i = 0; i < count; i++) {
        result = run_input(session, &inputs[i]);
        if (result != RUN_OK && !(result == RUN_MISTAKE && session_keeps_going(session)))
            break;
    }
    return result;
}
