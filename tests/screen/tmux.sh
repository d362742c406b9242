#!/usr/bin/env bash
# A session inside tmux, where many a class is taught: every key is pressed, and does what it says.
#
# usage: PROCARIUM=path tmux.sh. Exit status 77, a skipped test, where there is no tmux.
set -euo pipefail
command -v tmux >/dev/null || exit 77

procarium=${PROCARIUM:?the path of procarium}
socket=none
home=$(mktemp -d)

tm() {
    tmux -L "$socket" -f /dev/null "$@"
}

cleanup() {
    tm kill-server 2>/dev/null || true
    rm -rf "$home"
}
trap cleanup EXIT

screen() {
    tm capture-pane -p
}

# Wait until the screen holds a text; say what was there instead, and fail.
# usage: wait_for TEXT WHAT
wait_for() {
    for _ in $(seq 100); do
        if screen | grep -qF -- "$1"; then
            return
        fi
        sleep 0.1
    done
    echo "tmux.sh: $2: the screen does not show “$1”, but"
    screen
    exit 1
}

# Wait until the screen does not hold a text any more.
# usage: wait_gone TEXT WHAT
wait_gone() {
    for _ in $(seq 100); do
        if ! screen | grep -qF -- "$1"; then
            return
        fi
        sleep 0.1
    done
    echo "tmux.sh: $2: the screen still shows “$1”:"
    screen
    exit 1
}

# Press a key and wait for what shows that it has worked.
# usage: press KEY TEXT
press() {
    tm send-keys "$1"
    wait_for "$2" "key $1"
}

# Type a line and Enter.
# usage: enter LINE TEXT
enter() {
    tm send-keys -l "$1"
    wait_for "$1" "typing $1"
    tm send-keys Enter
    wait_for "$2" "the command $1"
}

# The console shows the command of a key last of all.
# usage: acts KEY COMMAND
acts() {
    tm send-keys "$1"
    for _ in $(seq 100); do
        if screen | grep -F '> ' | grep -v '^.*> *$' | tail -n 1 | grep -qF -- "> $2"; then
            return
        fi
        sleep 0.1
    done
    echo "tmux.sh: key $1: the last command is not “$2”:"
    screen
    exit 1
}

# Press a key that changes the screen, and nothing more is asked.
changes() {
    local before
    before=$(screen)
    tm send-keys "$1"
    for _ in $(seq 100); do
        if [ "$(screen)" != "$before" ]; then
            return
        fi
        sleep 0.1
    done
    echo "tmux.sh: key $1 changes nothing:"
    screen
    exit 1
}

# A server of its own for each start: one that is ending would take the next session with it.
start() {
    tm kill-server 2>/dev/null || true
    socket=procarium-test-$$-$1-$RANDOM
    tm -u new-session -d -x "$1" -y "$2" \
        "env LC_ALL=C.UTF-8 HOME='$home' XDG_STATE_HOME='$home/state' XDG_CONFIG_HOME='$home/config' \
        '$procarium'; echo \"ended with \$?\"; read -r _"
    wait_for '2 sh>' 'the start'
}

panes_and_layouts() {
    acts F12 'layout memory'
    acts M-k 'layout kernel'
    acts M-s 'layout sched'
    acts M-i 'layout io'
    acts M-a 'layout all'
    acts M-m 'layout memory'
    acts M-t 'layout teach'
    local i=0 names=(tasks states trace task stack kernel memory files timeline ring)
    for name in "${names[@]}"; do
        i=$(((i + 1) % 10))
        acts "M-$i" "pane $name"
    done
    acts M-n 'pane narration'
    acts M-1 'pane tasks'
    acts F2 'zoom'
    acts F2 'zoom'
    acts M-Right 'size'
    acts M-Left 'size'
    acts M-Down 'size'
    acts M-Up 'size'
    for key in F6 S-F6 Tab BTab; do
        changes "$key"
    done
    acts M-3 'pane trace'
    acts Down 'press trace Down'
    acts End 'press trace End'
    acts Home 'press trace Home'
    acts Up 'press trace Up'
    acts Escape 'pane console'
}

steps() {
    acts F7 'back'
    acts F3 'undo'
    acts F9 'step'
    acts F8 'next'
    acts F11 'finish'
    acts F4 'redo'
    acts Left 'back'
    acts Space 'step'
    acts Left 'back'
    acts Right 'step'
    acts F4 'redo'
    acts F3 'undo'
    press F5 'playing'
    tm send-keys F5
    wait_gone 'playing' 'the second F5'
    acts F4 'redo'
}

editing() {
    tm send-keys -l 'ps x'
    tm send-keys C-a C-e C-w
    wait_for '> ps' 'editing'
    tm send-keys C-u
    tm send-keys C-y
    wait_for '> ps' 'C-y'
    tm send-keys C-c
    press C-r '(history'
    tm send-keys C-c
    acts C-l 'redraw'
    tm send-keys -l 'layo'
    tm send-keys Tab
    wait_for '> layout' 'completion'
    tm send-keys C-u
}

lesson() {
    enter 'demo 01' 'Space: '
    press Space 'of'
    press Right 'of'
    press NPage 'of'
    press Left 'of'
    press PPage 'of'
    enter 'chapters 1' 'A process is a program in execution'
    press M-NPage 'All that the kernel knows about a process'
    press M-PPage 'A process is a program in execution'
    press F5 'playing'
    press + 'playing ×2'
    press - 'playing ×1'
    tm send-keys Escape
    wait_gone 'playing' 'Escape'
    enter 'demo off' '2 sh>'
}

for size in '80 24' '160 45'; do
    # shellcheck disable=SC2086
    start $size
    press F1 'Esc closes'
    tm send-keys Escape # waited for: with what follows at once it would be an Alt key
    wait_gone 'Esc closes' 'closing the help'
    enter 'fork' '2 sh forked 3 sh'
    panes_and_layouts
    steps
    editing
    lesson
    press F10 'ended with 0'
done
start 80 24
tm send-keys C-d
wait_for 'ended with 0' 'C-d'
