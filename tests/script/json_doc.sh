#!/usr/bin/env bash
# docs/json.md names every type and field of the machine-readable output, and none that there is not.
#
# usage: json_doc.sh PAGE, with the program in $PROCARIUM
set -euo pipefail

page=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Everything that has a line of its own.
commands='chapter "A"; say "b"; cue "c"; ask "d" value after "fork"; frok; boot sh; ps; snapshot
fork; 3: exit 1; wait; kill -9 99; fork; kill -TERM $!; wait; open /tmp/a CREAT|RDWR; dup 3
write 3 "x"; lseek 3 0; read 3 5; pipe; close 4; store heap "x"; fork; store heap "y"
load heap 1; store 0 1; vfork; $!: exec /bin/ls; wait WNOHANG; $!: io; irq disk; boot; exit'
"$PROCARIUM" --json --keep-going -c "$commands" >"$folder/out" 2>/dev/null || true

# "TYPE FIELD" for what is written, the parts of a snapshot taken together; and for what is told.
sed -E 's/^\{"type":"snapshot"/{"type":"snapshot_"/' "$folder/out" |
    awk '{ type = $0; sub(/^\{"type":"/, "", type); sub(/".*/, "", type)
           rest = substr($0, 2); gsub(/\\"/, "", rest); gsub(/:"[^"]*"/, ":", rest)
           while (match(rest, /"[a-z_0-9]+":/)) {
               print type, substr(rest, RSTART + 1, RLENGTH - 3)
               rest = substr(rest, RSTART + RLENGTH) } }' |
    grep -v ' type$' | sed 's/^snapshot_ /snapshot /' | sort -u >"$folder/written"
grep -E '^\| `' "$page" |
    awk -F'|' '{ gsub(/[ `]/, " ", $2); gsub(/`/, "", $3); type = $2; gsub(/ /, "", type)
                 if (type ~ /^(task|descriptor|page)$/) type = "snapshot"
                 n = split($3, fields, " "); for (i = 1; i <= n; i++) print type, fields[i] }' |
    sort -u >"$folder/told"

status=0
[ "$(wc -l <"$folder/written")" -gt 100 ] || { echo "too little was written to be believed"; status=1; }
missing=$(comm -23 "$folder/written" "$folder/told")
[ -z "$missing" ] || { printf '%s does not name:\n%s\n' "$page" "$missing"; status=1; }
invented=$(comm -13 "$folder/written" "$folder/told")
[ -z "$invented" ] || { printf '%s names, but nothing writes:\n%s\n' "$page" "$invented"; status=1; }
exit $status
