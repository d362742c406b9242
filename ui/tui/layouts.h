/* The layouts there are: which panes each shows, and where, on narrow, wide and vast screens. */
#ifndef PROCARIUM_TUI_LAYOUTS_H
#define PROCARIUM_TUI_LAYOUTS_H

#include "tui/layout.h"

/* How wide the screen is: each has places of its own. */
enum layout_width { WIDTH_NARROW, WIDTH_WIDE, WIDTH_VAST, LAYOUT_WIDTHS };

enum { LAYOUTS_MAX = 8 };

enum layout_width layouts_width(int cols);

/* Layout i's name and what it is for; NULL past the end. */
const char *layouts_name(int i);
const char *layouts_purpose(int i);

/* The pane that shows what it is for. */
int layouts_subject(int i);

/* The layout of this name, or -1. */
int layouts_by_name(const char *name);

/* Fills the places of layout i as they are before anybody changes sizes. */
void layouts_spec(int i, enum layout_width width, struct layout_spec *spec);

/* The tab that layout i has in a pane, or -1: the pane keeps the one it has. */
int layouts_tab(int i, int pane);

#endif
