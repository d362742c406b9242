/* Text that was made for 80 columns, in fewer: tables stay tables. */
#ifndef PROCARIUM_TUI_SQUEEZE_H
#define PROCARIUM_TUI_SQUEEZE_H

#include "procarium/strbuf.h"

/*
 * Adds what `explain` says, for that many columns. What stands behind a function's name comes closer. A
 * table (a heading in capitals, and rows that begin with a number) has columns no wider than they need; when
 * that is still too wide, those that matter least are left out, with an ellipsis in their place.
 */
void squeeze_text(const char *text, int cols, struct strbuf *out);

#endif
