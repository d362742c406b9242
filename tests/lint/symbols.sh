#!/usr/bin/env bash
# Looks into the built engine for calls to the host's clock, environment, processes and terminal, and
# for names that the C library has too.
#
# usage: symbols.sh ENGINE-LIBRARY. Without it (in ./dev lint, which builds nothing) there is nothing to see.
. "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || exit 0
[ -f "$1" ] || complain "$1" "no such library"
forbidden='(secure_)?getenv|time|clock|clock_gettime|gettimeofday|localtime(_r)?|isatty|ioctl'
forbidden+='|v?printf|puts|putchar|perror|stdout|s?rand(om)?|getrandom|system|popen|v?fork|signal'
forbidden+='|sigaction|kill|(u|nano)?sleep|getpid|tcgetattr|initscr|el_.*|tgetent|setupterm'

# What one object lacks and another one of the engine has is no call to the host.
defined=$(nm --defined-only "$1" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u)
undefined=$(nm -u "$1" 2>/dev/null | awk '{ print $2 }' | sort -u)
complain_lines < <(comm -13 <(printf '%s\n' "$defined") <(printf '%s\n' "$undefined") |
    grep -xE "$forbidden" | sed 's,.*,engine: must not use &,')

# No function of the engine may stand in for one of the C library's in the same program. (Small
# letters are static functions: they stand in for nothing.)
global=$(nm --defined-only "$1" 2>/dev/null | awk 'NF == 3 && $2 ~ /[A-Z]/ { print $3 }' | sort -u)
libc=$(ldd "$(command -v bash)" | awk '$1 ~ /^libc\.so/ { print $3 }')
if [ -n "$libc" ]; then
    complain_lines < <(comm -12 <(printf '%s\n' "$global") \
        <(nm -D --defined-only "$libc" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u) |
        sed 's,.*,engine: the C library has a function & too,')
fi
finish
