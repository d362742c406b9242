# What the lint scripts share: the list of files, complaints, and the exit status.
# shellcheck shell=bash
set -euo pipefail
cd "${PROCARIUM_SOURCE_ROOT:-$(dirname "${BASH_SOURCE[0]}")/../..}"

complaints=0

# Say what is wrong and where; the script goes on and fails at the end.
# usage: complain FILE[:LINE] MESSAGE
complain() {
    printf '%s: %s\n' "$1" "$2"
    complaints=$((complaints + 1))
}

# Each line of standard input is a complaint.
complain_lines() {
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line"
        complaints=$((complaints + 1))
    done
}

finish() {
    [ "$complaints" -eq 0 ]
    exit
}

# All files of the project, one a line and sorted, but what git ignores; without git (or in a
# checkout that git does not trust), all but build folders.
all_files() {
    {
        git ls-files --cached --others --exclude-standard 2>/dev/null ||
            find . -path './build*' -prune -o -path ./.git -prune -o -type f -print | sed 's,^\./,,'
    } | sort -u | while IFS= read -r file; do
        [ ! -f "$file" ] || printf '%s\n' "$file"
    done
}

c_files() {
    all_files | grep -E '\.[ch]$' || true
}

shell_files() {
    all_files | grep -E '(\.sh|^dev|^\.ci/run)$' || true
}

# A C file without its comments and the insides of its strings, line for line.
strip_c() {
    awk '
    {
        out = ""
        line = $0
        while (line != "") {
            if (in_comment) {
                at = index(line, "*/")
                if (!at)
                    break
                line = substr(line, at + 2)
                in_comment = 0
            } else if (match(line, /\/\*|\/\/|"(\\.|[^"\\])*"/)) {
                out = out substr(line, 1, RSTART - 1)
                token = substr(line, RSTART, RLENGTH)
                line = substr(line, RSTART + RLENGTH)
                if (token == "//")
                    break
                if (token == "/*")
                    in_comment = 1
                else if (out ~ /^[ \t]*#[ \t]*include[ \t]*$/)
                    out = out token
                else
                    out = out "\"\""
            } else {
                out = out line
                break
            }
        }
        print out
    }' "$1"
}
