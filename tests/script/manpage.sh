#!/usr/bin/env bash
# The manual page names every command and every option, and groff has nothing to say against it.
#
# usage: manpage.sh PAGE, with the program in $PROCARIUM
set -euo pipefail

page=$1
status=0
complain() {
    printf '%s: %s\n' "$page" "$*" >&2
    status=1
}

text=$(sed 's/\\-/-/g; s/\\e/\\/g' "$page")
commands=$("$PROCARIUM" --quiet -c help | sed -n 's/^  \([a-z][a-z0-9_]*\)\( .*\|$\)/\1/p')
[ "$(wc -l <<<"$commands")" -gt 50 ] || complain "help lists too few commands to be believed"
while read -r name; do
    grep -qE "^\.B $name( |$)" <<<"$text" || complain "the command $name is missing"
done <<<"$commands"
while read -r name; do
    grep -qE "^\.B .*$name(=|$| )" <<<"$text" || complain "the option $name is missing"
done < <("$PROCARIUM" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+')
if command -v groff >/dev/null; then
    warnings=$(groff -man -ww -Kutf8 -Tutf8 "$page" 2>&1 >/dev/null) || true
    [ -z "$warnings" ] || complain "groff: $warnings"
fi
exit $status
