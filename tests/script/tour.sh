#!/usr/bin/env bash
# The README's commands still run and print what it shows; --write brings what it shows up to date.
. "$(dirname "$0")/../lint/lib.sh"

program=${PROCARIUM:-build/ui/procarium}
[ -x "$program" ] || { echo "$program is not built"; exit 1; }
text=$(mktemp)
trap 'rm -f "$text"' EXIT

# The blocks look like this, between two markers; only they are compared:
#     $ procarium …
#     what it prints
begin='<!-- shown: what the commands print is kept true by tests/script/tour.sh -->'
end='<!-- end of shown -->'

procarium() {
    "$program" "$@"
}

# README.md with what the program prints now.
render() {
    local line shown='' skipping='' output
    while IFS= read -r line; do
        [ "$line" != "$begin" ] || shown=1
        [ "$line" != "$end" ] || shown=''
        if [ -n "$skipping" ]; then # the old output ends with the block
            case $line in
                '    $ '*) skipping='' ;;
                '    '*) continue ;;
                '') pending=$pending$'\n' && continue ;;
                *) skipping='' ;;
            esac
            [ -n "$skipping" ] || { printf '\n' && pending=''; }
        fi
        printf '%s\n' "$line"
        if [ -n "$shown" ] && [[ $line == '    $ procarium '* ]]; then
            output=$(eval "${line#'    $ '}" 2>&1 || true)
            printf '%s\n' "$output" | sed -e 's/^./    &/' -e 's/[ ]*$//'
            skipping=1 pending=''
        fi
    done <README.md
}

grep -qxF -- "$begin" README.md || complain README.md "no line: $begin"
render >"$text"
if [ "${1:-}" = --write ]; then
    cat "$text" >README.md
elif ! diff -u README.md "$text"; then
    complain README.md "it shows what procarium no longer prints; tests/script/tour.sh --write mends it"
fi
finish
