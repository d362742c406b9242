#!/usr/bin/env bash
# The README's map has one line for every file, its opening sentence; --write makes the map anew.
. "$(dirname "$0")/lib.sh"

begin='<!-- map: made by ./dev map from the opening sentence of each file -->'
end='<!-- end of map -->'

# The folders in the order in which they are read, with their purpose. A file belongs to the
# longest folder that fits.
folders='
.|the project
include/procarium|what the face, tests and outsiders may see of the engine
src/util|what has nothing to do with processes
src/machine|the image, the door that every store goes through, the journal, the checker
src/mm|frames, slabs, page tables, faults and regions, file by file as in Linux mm/
src/kernel|fork, exec, exit, wait, signals, scheduling, file by file as in Linux kernel/
src/report|text and JSON views of a machine that is not changed by looking
src/script|the command language: lexer, parser, the command table, expect
ui|the face: options, line editing, batch runs, playing demos
ui/tui|the terminal: layout, drawing, and one file a pane
demos|lessons; every one is also a test
tests/support|what all tests share
tests/unit|the engine, from inside
tests/script|scripts that hold by their own expect lines
tests/screen|the terminal, through a terminal emulator
tests/reality|the same scripts, executed by real processes
tests/fuzz|hostile input
tests/lint|what holds the sources to the rules
tests/bench|the promises about speed, measured
'

mapped_files() {
    all_files | grep -E '\.(c|h|def|sh|awk|demo|pro)$|^(dev|meson\.build|meson_options\.txt|\.ci/run)$'
}

# A file's opening comment, up to the end of its first sentence.
opening_sentence() {
    case $1 in
        meson.build) echo "how it is built, and what is warned about" && return ;;
        meson_options.txt) echo "the build's options" && return ;;
    esac
    local is_c=
    [[ $1 != *.@(c|h|def) ]] || is_c=1
    awk -v is_c="$is_c" '
    NR == 1 && /^#!/ { next }
    {
        line = $0
        if (is_c) {
            if (!started && !sub(/^[ \t]*(\/\*+|\/\/)[ \t]*/, "", line)) {
                if (line ~ /^[ \t]*$/)
                    next
                exit
            }
            if (!started)
                is_block = $0 ~ /^[ \t]*\/\*/
            else if (!is_block && line !~ /^[ \t]*\/\//)
                exit
            closes = sub(/[ \t]*\*+\/.*/, "", line)
            sub(/^[ \t]*(\*|\/\/)[ \t]*/, "", line)
            if (line ~ /SPDX-License-Identifier/ && closes)
                next
            started = 1
        } else {
            if (!sub(/^#[ \t]*/, "", line))
                exit
            closes = 0
        }
        if (line == "" && text != "")
            exit
        text = text (text == "" || line == "" ? "" : " ") line
        if (match(text, /[.!?]( |$)/)) {
            text = substr(text, 1, RSTART)
            exit
        }
        if (closes)
            exit
    }
    END {
        # "fork.c: how tasks are made." is about how tasks are made.
        sub(/^[A-Za-z0-9_\/.-]+\.[a-z]+( - | — |: )/, "", text)
        sub(/[.:]$/, "", text)
        print text
    }' "$1"
}

folder_of() {
    local file=$1 folder
    folder=$(dirname "$file")
    while [ "$folder" != . ] && ! grep -q "^$folder|" <<<"$folders"; do
        folder=$(dirname "$folder")
    done
    echo "$folder"
}

# The same, but "See NAME.h" becomes what NAME.h says.
purpose_of() {
    local sentence header
    sentence=$(opening_sentence "$1")
    if [[ $sentence =~ ^See\ ([a-z0-9_/]+\.h)$ ]]; then
        header=$(grep -E -m 1 "(^|/)${BASH_REMATCH[1]}\$" <<<"$(all_files)" || true)
        [ -z "$header" ] || sentence=$(opening_sentence "$header")
    fi
    printf '%s\n' "$sentence"
}

make_map() {
    local file folder purpose listing
    listing=$(mapped_files | while IFS= read -r file; do
        printf '%s|- `%s`: %s\n' "$(folder_of "$file")" "$file" "$(purpose_of "$file")"
    done)
    printf '%s\n' "$begin"
    while IFS='|' read -r folder purpose; do
        [ -n "$folder" ] || continue
        # Not through a pipe: grep -q leaves early, and the writer's SIGPIPE would count as failure.
        grep -qF "$folder|- " <<<"$listing" || continue
        if [ "$folder" = . ]; then
            printf '\n**The top**: %s\n\n' "$purpose"
        else
            printf '\n**%s/**: %s\n\n' "$folder" "$purpose"
        fi
        printf '%s\n' "$listing" | awk -v folder="$folder|" \
            'index($0, folder) == 1 { print substr($0, length(folder) + 1) }'
    done <<<"$folders"
    printf '\n%s\n' "$end"
}

while IFS= read -r file; do
    sentence=$(opening_sentence "$file")
    if [ -z "$sentence" ]; then
        complain "$file:1" "does not open with a comment whose first sentence says what it is for"
    elif [ "${#sentence}" -gt 160 ]; then
        complain "$file:1" "its opening sentence is too long for the map (${#sentence} characters, at most 160)"
    fi
done < <(mapped_files)

if ! grep -qF -- "$begin" README.md || ! grep -qF -- "$end" README.md; then
    complain README.md "has no map, or not its two marks"
    finish
fi
map=$(mktemp)
trap 'rm -f "$map"' EXIT
make_map >"$map"
current=$(awk -v begin="$begin" -v end="$end" \
    '$0 == begin { on = 1 } on { print } $0 == end { on = 0 }' README.md)
if [ "${1:-}" = --write ]; then
    new=$(awk -v begin="$begin" -v end="$end" -v map="$map" '
        $0 == begin { skip = 1; while ((getline line < map) > 0) print line }
        !skip { print }
        $0 == end { skip = 0 }' README.md)
    printf '%s\n' "$new" >README.md
elif [ "$current" != "$(cat "$map")" ]; then
    diff <(printf '%s\n' "$current") "$map" | grep '^[<>]' || true
    complain README.md "the map is not what the files say; ./dev map writes it anew"
fi
finish
