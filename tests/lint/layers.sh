#!/usr/bin/env bash
# Holds every #include against the layers, and keeps clock, environment and terminal out of the engine.
#
# A layer sees itself and the layers below it: util < machine < mm < kernel < report < script. The
# face (ui/) sees include/procarium and its own folder. A public header named after a layer is as
# high as that layer.
. "$(dirname "$0")/lib.sh"

rank() {
    case $1 in
        util) echo 1 ;;
        machine) echo 2 ;;
        mm) echo 3 ;;
        kernel) echo 4 ;;
        report) echo 5 ;;
        script) echo 6 ;;
        *) echo '' ;;
    esac
}

# Prints "LINE <header>" or "LINE "header"" for each #include of a file.
includes() {
    strip_c "$1" | awk 'match($0, /^[ \t]*#[ \t]*include[ \t]*/) {
        print NR " " substr($0, RSTART + RLENGTH)
    }'
}

check_engine_include() {
    local file=$1 line=$2 header=$3 layer=$4 own other
    own=$(rank "$layer")
    case $header in
        '<procarium/'* | '"procarium/'*)
            other=${header#?procarium/}
            other=$(rank "${other%.h?}")
            if [ -n "$other" ] && [ "$other" -gt "$own" ]; then
                complain "$file:$line" "$layer may not see the public header of a higher layer, $header"
            fi
            ;;
        *..*)
            complain "$file:$line" "name the header from src/, without '..': $header"
            ;;
        '"'*/*)
            other=${header#\"}
            other=$(rank "${other%%/*}")
            if [ -z "$other" ]; then
                complain "$file:$line" "there is no layer for $header"
            elif [ "$other" -gt "$own" ]; then
                complain "$file:$line" "an arrow only points down: $layer may not see $header"
            fi
            ;;
        '"'*)
            other=${header#\"}
            [ -f "src/$layer/${other%\"}" ] ||
                complain "$file:$line" "$header is not in src/$layer; name it from src/"
            ;;
        *)
            if printf '%s' "$header" | grep -qE \
                '<(.*curses.*|histedit|editline/.*|readline/.*|panel|term|termios|pty|sys/ioctl|time|sys/time|unistd|pthread|threads|locale)\.h>'; then
                complain "$file:$line" "the engine knows no terminal, clock or host process: $header"
            fi
            ;;
    esac
}

check_face_include() {
    local file=$1 line=$2 header=$3 name
    case $header in
        '<procarium/'* | '"procarium/'*) ;;
        *..*) complain "$file:$line" "ui/ does not look outside itself: $header" ;;
        '"'*)
            name=${header#\"}
            name=${name%\"}
            [ -f "ui/$name" ] || [ -f "$(dirname "$file")/$name" ] ||
                complain "$file:$line" "$header is neither in ui/ nor in include/procarium"
            ;;
    esac
}

# A public header stands alone: it sees other public headers, none of a higher layer.
check_public_include() {
    local file=$1 line=$2 header=$3 own other
    case $header in
        '<procarium/'* | '"procarium/'*)
            own=$(rank "$(basename "$file" .h)")
            other=${header#?procarium/}
            other=$(rank "${other%.h?}")
            if [ -n "$own" ] && [ -n "$other" ] && [ "$other" -gt "$own" ]; then
                complain "$file:$line" "an arrow only points down: $header"
            fi
            ;;
        '"'*) complain "$file:$line" "a public header may see public headers only, not $header" ;;
        '<'*curses* | '<histedit.h>')
            complain "$file:$line" "the engine knows no terminal: $header"
            ;;
    esac
}

# Calls that would let the host's time, surroundings or terminal into the engine. These are the
# names that can mean nothing else; symbols.sh looks for more of them in what was built.
check_engine_calls() {
    strip_c "$1" | awk -v file="$1" '
    /(^|[^A-Za-z0-9_])(getenv|secure_getenv|clock_gettime|gettimeofday|isatty|v?printf|puts|putchar|perror)[ ]*\(/ ||
    /(^|[^A-Za-z0-9_])time[ ]*\((NULL|0)?\)/ {
        print file ":" NR ": the engine must not ask the host for this"
    }
    /(^|[^A-Za-z0-9_])stdout([^A-Za-z0-9_]|$)/ {
        print file ":" NR ": the engine writes to no terminal"
    }'
}

while IFS= read -r file; do
    layer=${file#src/}
    layer=${layer%%/*}
    if [[ $file == src/* ]] && [ -z "$(rank "$layer")" ]; then
        complain "$file" "src/$layer is no layer"
        continue
    fi
    while read -r line header; do
        header=${header%%[[:space:]]*}
        case $file in
            src/*) check_engine_include "$file" "$line" "$header" "$layer" ;;
            ui/*) check_face_include "$file" "$line" "$header" ;;
            include/*) check_public_include "$file" "$line" "$header" ;;
        esac
    done < <(includes "$file")
    [[ $file != src/* ]] || complain_lines < <(check_engine_calls "$file")
done < <(c_files)
finish
