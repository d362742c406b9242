#!/usr/bin/env bash
# Holds the C files against .clang-format; with --write, lays them out by it.
. "$(dirname "$0")/lib.sh"

# The same style file gives other results in other versions: only version 14 judges.
clang_format=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$clang_format" ]; then
    echo "clang-format is not installed"
    exit 77
fi
mapfile -t files < <(c_files)
[ "${#files[@]}" -gt 0 ] || finish

if [ "${1:-}" = --write ]; then
    "$clang_format" -i "${files[@]}"
    finish
fi
if ! grep -q 'version 14\.' <<<"$("$clang_format" --version)"; then
    echo "not checked: $("$clang_format" --version) is not version 14"
    exit 77
fi
for file in "${files[@]}"; do
    "$clang_format" --dry-run -Werror "$file" >/dev/null 2>&1 ||
        complain "$file" "the layout differs from .clang-format; ./dev format mends it"
done
finish
