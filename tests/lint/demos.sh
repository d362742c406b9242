#!/usr/bin/env bash
# Every demo is a lesson: numbered, with a comment that says what it shows, chapters, words and checks.
. "$(dirname "$0")/lib.sh"

# The lines of a chapter that are carried out before anybody is told what they are for: the place
# for the words is empty then. What arranges the screen may come first.
silent_beginnings() {
    awk '
    /^[[:space:]]*chapter[[:space:]]/ { is_new = 1; next }
    !is_new || /^[[:space:]]*(#|$)/ { next }
    /^[[:space:]]*(layout|pane|zoom|size|focus|choose|beside|let)[[:space:]]/ { next }
    !/^[[:space:]]*(say|ask)[[:space:]]/ {
        print FILENAME ":" FNR ": a chapter begins with words (say or ask), not with a command"
    }
    { is_new = 0 }' "$1"
}

# A text of a lesson fits into the three rows that a screen of 80 columns has for it.
long_texts() {
    awk '
    /^[[:space:]]*say "/ {
        text = $0
        sub(/^[[:space:]]*say "/, "", text)
        sub(/"$/, "", text)
        rows = 1
        column = 0
        count = split(text, word, " ")
        for (i = 1; i <= count; i++) {
            if (column > 0 && column + 1 + length(word[i]) > 78) {
                rows++
                column = 0
            }
            column += (column > 0) + length(word[i])
        }
        if (rows > 3)
            print FILENAME ":" FNR ": these words need " rows " rows of 80 columns, and there are 3"
    }' "$1"
}

has_line() {
    grep -qE "^[[:space:]]*$2([[:space:]]|$)" "$1" || complain "$1" "$3"
}

while IFS= read -r file; do
    [[ $(basename "$file") =~ ^[0-9][0-9]-[a-z0-9-]+\.demo$ ]] ||
        complain "$file" "a demo is called NN-topic.demo"
    grep -qE '^# [^ ].{10,}' <<<"$(head -n 1 "$file")" ||
        complain "$file:1" "a demo opens with a comment that says what it shows"
    has_line "$file" chapter "no chapter"
    has_line "$file" say "says nothing"
    has_line "$file" '([^ ]+: *)?expect' "expects nothing, so it proves nothing"
    complain_lines < <(silent_beginnings "$file")
    complain_lines < <(LC_ALL=C.UTF-8 long_texts "$file")
    complain_lines < <(set +e; LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]' "$file" |
        sed "s,:.*,: a control character,; s,^,$file:,")
done < <(all_files | grep '^demos/.*\.demo$')

# Two demos with one number would have no order.
complain_lines < <(all_files | sed -n 's,^demos/\([0-9][0-9]\)-.*\.demo$,\1,p' | sort | uniq -d |
    sed 's,.*,demos/&-*.demo: more than one demo has this number,')

# Nor would one who counts them find the one that a gap leaves out.
complain_lines < <(all_files | sed -n 's,^demos/\([0-9][0-9]\)-.*\.demo$,\1,p' | sort -u |
    awk '$1 + 0 != NR { print "demos: no lesson has the number " sprintf("%02d", NR); exit }')
finish
