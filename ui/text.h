/* The one place that text for people goes through, so that it can be translated one day. */
#ifndef PROCARIUM_UI_TEXT_H
#define PROCARIUM_UI_TEXT_H

#define _(text) (text)

#endif
