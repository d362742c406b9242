#!/usr/bin/env bash
# Looks at every file as text: blanks, line ends, words of unfinished work, and scripts that parse.
. "$(dirname "$0")/lib.sh"

tab=$'\t'
while IFS= read -r file; do
    complain_lines < <(
        set +e # finding nothing is well
        grep -nE "[ $tab]+$" "$file" | sed "s,:.*,: a blank at the end of the line,; s,^,$file:,"
        grep -n "$tab" "$file" | sed "s,:.*,: a tab (spaces only),; s,^,$file:,"
        grep -nwE 'TO[D]O|FIX[M]E|XX[X]|HAC[K]' "$file" | sed "s,:.*,: unfinished work,; s,^,$file:,"
        grep -n $'\r' "$file" | sed "s,:.*,: a carriage return,; s,^,$file:,"
        [ -z "$(tail -c 1 "$file")" ] || echo "$file: no newline at the end"
    )
done < <(all_files | grep -vE '\.(png|gif|bin)$')

while IFS= read -r file; do
    bash -n "$file" || complain "$file" "bash can't parse it"
done < <(shell_files)
finish
