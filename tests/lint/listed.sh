#!/usr/bin/env bash
# Every source, demo and test script is named in its folder's meson.build; else it is never built or run.
. "$(dirname "$0")/lib.sh"

while IFS= read -r file; do
    folder=$(dirname "$file")
    name=$(basename "$file")
    case $file in
        # Tests are listed by what they test, and made into programs in a loop.
        tests/*/test_*.c) name=${name#test_} name=\'${name%.c}\' ;;
        tests/lint/lib.sh) continue ;;
        tests/lint/*.sh) name=\'${name%.sh}\' ;;
        tests/support/*.c) folder=tests ;;
        tests/lint/engine_alone.c) folder=. ;;
    esac
    until [ -f "$folder/meson.build" ] || [ "$folder" = . ]; do
        folder=$(dirname "$folder")
    done
    grep -qF -- "$name" "$folder/meson.build" ||
        complain "$file" "not named in $folder/meson.build, so it is not built or run"
done < <(all_files | grep -E '^(src|ui|tests|demos)/.*\.(c|demo|pro)$|^tests/lint/.*\.sh$')
finish
