// See complaints.h.
#include "util/complaints.h"

void complain(struct complaints *c, const char *format, ...)
{
    va_list args;

    if (c->count++ >= COMPLAINTS_SHOWN)
        return;
    va_start(args, format);
    strbuf_vprintf(c->out, format, args);
    va_end(args);
    strbuf_putc(c->out, '\n');
}
