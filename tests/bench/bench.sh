#!/usr/bin/env bash
# Measures what is promised about speed: both sides of each ratio in one run on one machine.
#
# usage: PROCARIUM=path bench.sh BENCH-HOST BENCH-HOST-PAGES [BENCH-SCREEN]. Each time is the best of
# several runs, since what else the machine does can only add to it. The exit status is 1 if a promise
# is missed.
set -euo pipefail
export LC_ALL=C

host=$1
host_pages=$2
screen=${3:-}
procarium=${PROCARIUM:?the path of procarium}
missed=0

# Seconds that procarium takes for these commands, its output thrown away; the best of three.
# usage: seconds COMMANDS [OPTION…]
seconds() {
    local commands=$1 best='' start end
    shift
    for _ in 1 2 3; do
        start=$EPOCHREALTIME
        "$procarium" "$@" -c "$commands" >/dev/null </dev/null ||
            { echo "bench: failed: procarium $* -c '$commands'" >&2 && exit 1; }
        end=$EPOCHREALTIME
        best=$(awk -v a="$start" -v b="$end" -v best="$best" \
            'BEGIN { t = b - a; printf "%.6f", best == "" || t < best ? t : best }')
    done
    echo "$best"
}

calc() {
    awk "BEGIN { printf \"%.6f\", $1 }"
}

# One row: what is measured, the result, the promise, and whether it is kept.
# usage: row WHAT RESULT-TEXT PROMISE-TEXT CONDITION
row() {
    local verdict=kept
    if ! awk "BEGIN { exit !($4) }"; then
        verdict=MISSED
        missed=1
    fi
    printf '%-46s %14s   %-18s %s\n' "$1" "$2" "$3" "$verdict"
}

plain() {
    printf '%-46s %14s\n' "$1" "$2"
}

# -- fork + exit + wait4 -------------------------------------------------------------------------

# The host's rate and procarium's in turns, since a machine may run at another speed a second
# later, and for seconds on end: the best round of each.
cycle='fork; $!: exit 0; wait'
cycles=200000
host_rate=0
rate=0
for ((round = 0; round < 12; round++)); do
    of_host=$("$host" 2000 5)
    start=$EPOCHREALTIME
    "$procarium" --quiet -c "repeat $cycles { $cycle }" >/dev/null </dev/null
    end=$EPOCHREALTIME
    here=$(awk -v n="$cycles" -v a="$start" -v b="$end" 'BEGIN { printf "%.0f", n / (b - a) }')
    [ "$of_host" -le "$host_rate" ] || host_rate=$of_host
    [ "$here" -le "$rate" ] || rate=$here
done
ratio=$(calc "$rate / $host_rate")
plain "fork + exit + wait4, the host" "$host_rate/s"
plain "fork + exit + wait4, procarium" "$rate/s"
row "  ratio" "$(printf '%.1f' "$ratio")" "at least 50" "$ratio >= 50"

# -- 30,000 tasks --------------------------------------------------------------------------------

ready='boot mem=896M thread_size=4K; sysctl kernel.threads-max 40000'
many="$ready; repeat 30000 { clone VM|FS|FILES|SIGHAND|THREAD }"
t_ready=$(seconds "$ready" --quiet)
t_many=$(seconds "$many" --quiet)
t=$(calc "$t_many - $t_ready")
row "creating 30,000 threads" "$(printf '%.3f s' "$t")" "under 0.5 s" "$t < 0.5"

listed=$("$procarium" --quiet -c "$many; ps" </dev/null | wc -l)
[ "$listed" -ge 30000 ] || { echo "bench: ps printed $listed lines, not 30,000" >&2 && exit 1; }
t=$(seconds "$many; ps; ps; ps; ps; ps; ps; ps; ps; ps; ps" --quiet)
t=$(calc "1000 * ($t - $t_many) / 10")
row "ps over them" "$(printf '%.1f ms' "$t")" "under 50 ms" "$t < 50"

# -- fork with many pages ------------------------------------------------------------------------

# Microseconds of a fork by a task that has written so many pages. The exit of the child and the
# wait for it are counted too, so it is less than that.
fork_with() {
    local ready="boot mem=256M; mmap $1 private big; store big 1 pages=$1" t0 t1
    t0=$(seconds "$ready" --quiet)
    t1=$(seconds "$ready; repeat 300 { $cycle }" --quiet)
    calc "1e6 * ($t1 - $t0) / 300"
}

for pages in 1000 5000 25000; do
    of_host=$("$host_pages" "$pages")
    t=$(fork_with "$pages")
    plain "fork with $pages pages, the host" "$(printf '%.0f us' "$of_host")"
    plain "fork with $pages pages, procarium" "$(printf '%.0f us' "$t")"
done
ratio=$(calc "$of_host / $t")
row "  ratio at $pages" "$(printf '%.1f' "$ratio")" "at least 2" "$ratio >= 2"

# A write to a page that a child shares, its copy freed again when the child has ended.
ready='boot mem=64M; mmap 1000 private big; store big 1 pages=1000'
t0=$(seconds "$ready; repeat 200 { $cycle }" --quiet)
t1=$(seconds "$ready; repeat 200 { fork; store big 2 pages=1000; \$!: exit 0; wait }" --quiet)
t=$(calc "1e6 * ($t1 - $t0) / 200000")
row "a write fault with a copy" "$(printf '%.2f us' "$t")" "under 2 us" "$t < 2"

# -- starting ------------------------------------------------------------------------------------

t=$(calc "1000 * $(seconds fork)")
row "from start to the first result of -c fork" "$(printf '%.1f ms' "$t")" "under 10 ms" "$t < 10"

# -- going back ----------------------------------------------------------------------------------

# Microseconds for one undo and its redo after so many commands of history.
travel_after() {
    local history="repeat $1 { sched_yield }; fork" t0 t1
    t0=$(seconds "$history" --quiet)
    t1=$(seconds "$history; repeat 20000 { undo; redo }" --quiet)
    calc "1e6 * ($t1 - $t0) / 20000"
}

short=$(travel_after 10)
long=$(travel_after 100000)
plain "undo + redo of a fork, 10 commands before it" "$(printf '%.1f us' "$short")"
plain "undo + redo of a fork, 100,000 before it" "$(printf '%.1f us' "$long")"
row "  what the history's length adds" "$(calc "$long / $short" | sed 's/\(\...\).*/\1/')x" \
    "nothing (under 2x)" "$long < 2 * $short || $long - $short < 2"

# -- frames --------------------------------------------------------------------------------------

# The dearest key of each layout at 200x60, with few tasks and with 30,000.
if [ -x "$screen" ]; then
    frames=$("$screen")
    of_screen() {
        awk -v many="$1" -v what="$2" '$1 == many && $2 == what { print $3 }' <<<"$frames"
    }
    for layout in $(awk '$1 == "many" { print $2 }' <<<"$frames"); do
        t=$(of_screen many "$layout")
        row "a key to its frame, 30,000 tasks, $layout" "$t ms" "under 4 ms" "$t < 4"
        few=$(of_screen few "$layout")
        plain "  with few tasks" "$few ms"
    done
    t=$(of_screen idle all)
    row "CPU time of an idle second" "$t ms" "none" "$t == 0"
    t=$(of_screen bytes fork)
    row "bytes to the terminal for a fork at 160x45" "$t" "under 3000" "$t < 3000"
fi

exit "$missed"
