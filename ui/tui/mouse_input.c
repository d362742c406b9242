/* Reading mouse reports: curses loses presses that are followed at once by a move. */
#include "tui/mouse_input.h"

enum {
    NUMBER_MAX = 100000,
    BUTTON = 3,     /* bits of the button; 3: none, released */
    MODIFIERS = 28, /* Shift, Alt, Ctrl: the same action */
    MOVED = 32,
    WHEEL = 64,
    X10_BASE = 32, /* what is added to each number */
};

void mouse_input_begin(struct mouse_input *input, bool is_sgr)
{
    *input = (struct mouse_input){ .form = is_sgr ? MOUSE_INPUT_SGR : MOUSE_INPUT_X10 };
}

bool mouse_input_is_open(const struct mouse_input *input)
{
    return input->form != MOUSE_INPUT_NONE;
}

/* What a whole report means; false for other buttons. */
static bool finish(struct mouse_input *input, bool is_released, struct key *key)
{
    int code = input->number[0] & ~MODIFIERS;

    input->form = MOUSE_INPUT_NONE;
    *key = (struct key){ .kind = KEY_KIND_MOUSE,
                         .x = input->number[1] - 1,
                         .y = input->number[2] - 1 };
    if (key->x < 0 || key->y < 0)
        return false;
    if (code == WHEEL || code == WHEEL + 1)
        key->mouse = code == WHEEL ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
    else if (is_released && code == 0)
        key->mouse = MOUSE_RELEASE;
    else if (code == 0)
        key->mouse = MOUSE_PRESS;
    else if (code == MOVED)
        key->mouse = MOUSE_DRAG;
    else
        return false;
    return true;
}

static bool add_x10(struct mouse_input *input, int byte, struct key *key)
{
    input->number[input->count++] = byte - X10_BASE;
    if (input->count < 3)
        return false;
    bool is_released = (input->number[0] & (BUTTON | WHEEL | MOVED)) == BUTTON;
    if (is_released) /* which button it was is not said */
        input->number[0] = 0;
    return finish(input, is_released, key);
}

bool mouse_input_add(struct mouse_input *input, int byte, struct key *key)
{
    if (input->form == MOUSE_INPUT_X10)
        return add_x10(input, byte, key);
    int *number = &input->number[input->count];
    if (byte >= '0' && byte <= '9' && *number < NUMBER_MAX)
        *number = *number * 10 + byte - '0';
    else if (byte == ';' && input->count < 2)
        input->count++;
    else if ((byte == 'M' || byte == 'm') && input->count == 2)
        return finish(input, byte == 'm', key);
    else
        input->form = MOUSE_INPUT_NONE; /* not a report after all */
    return false;
}
