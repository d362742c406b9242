/* What the speaker's notes say, as bytes on a socket: fields with names and lengths. */
#ifndef PROCARIUM_TUI_NOTES_MESSAGE_H
#define PROCARIUM_TUI_NOTES_MESSAGE_H

#include "procarium/strbuf.h"

enum notes_field {
    NOTES_LESSON,  /* its name; "" when none is played */
    NOTES_CHAPTER, /* its title */
    NOTES_PLACE,   /* "7 of 23" */
    NOTES_TEXT,    /* what those who watch read */
    NOTES_ANSWER,  /* of the question that waits */
    NOTES_CUE,     /* for the speaker alone */
    NOTES_NEXT,    /* what the next key brings */
    NOTES_AHEAD,   /* the cue that goes with that */
    NOTES_FIELDS,
};

struct notes {
    struct strbuf field[NOTES_FIELDS];
};

/* Beyond this a message is not read: 64 KB. */
#define NOTES_MESSAGE_MAX ((size_t)64 << 10)

void notes_clear(struct notes *notes);
void notes_finish(struct notes *notes);
/* Adds the message. A field that is very long is cut. */
void notes_write(const struct notes *notes, struct strbuf *out);

enum notes_read { NOTES_WHOLE, NOTES_PARTIAL, NOTES_WRONG };

/*
 * Reads the message at the beginning of some bytes: NOTES_WHOLE with *used, NOTES_PARTIAL if more
 * must come, NOTES_WRONG if it is none. Fields that are not known are passed over.
 */
enum notes_read notes_read(struct notes *notes, const char *bytes, size_t size, size_t *used);

#endif
