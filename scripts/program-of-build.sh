#!/bin/sh
# Builds the whole program of a build, for what compares builds as programs of their own;
# `program-of-build.sh --help` tells more.
set -eu

help() {
    cat <<'END'
Usage: scripts/program-of-build.sh FOLDER

Prints the program of a build: of a folder that CMake has made, which it builds first, or of
lib/valuetask-bench of an installed copy.

Exit: 0 ok, 1 it cannot be built, 2 it is too old to take turns with another one, or is not there.
END
}

fail() {
    status=$1
    shift
    printf 'program-of-build.sh: %s\n' "$*" >&2
    exit "$status"
}

case ${1-} in
-h | --help)
    help
    exit 0
    ;;
esac
[ $# -eq 1 ] || fail 2 "one folder is needed: program-of-build.sh FOLDER"
folder=$1

# Settings that are meant for the program that compares.
for name in $(env | sed -n 's/^\(VTB_[A-Z0-9_]*\)=.*/\1/p'); do
    unset "$name"
done

# Brings the program of a folder of CMake's up to date.
build() {
    printf 'bringing the program of %s up to date\n' "$folder" >&2
    log=$(mktemp) || fail 1 "there is no room for what the compiler says"
    trap 'rm -f "$log"' EXIT
    cmake --build "$folder" --target run_bench >"$log" 2>&1 && return
    grep -m 20 -e 'error' -e 'FAILED' "$log" >&2 || tail -n 5 "$log" >&2
    fail 1 "the program of '$folder' cannot be built: cmake --build $folder --target run_bench"
}

if [ ! -e "$folder/CMakeCache.txt" ]; then
    program=$folder/../../bin/run_bench
    [ -x "$program" ] || fail 2 "there is no program '$program'"
else
    program=$folder/run_bench
    if command -v cmake >/dev/null 2>&1; then
        build
    elif [ -x "$program" ]; then
        printf 'warning: without cmake the program of %s is used as it is\n' "$folder" >&2
    else
        fail 1 "there is no program '$program', and no cmake to build it: install it"
    fi
fi
"$program" compare-builds --help 2>/dev/null | grep -q -e --own-programs ||
    fail 2 "the program of '$folder' is too old to take turns with another one"
printf '%s\n' "$program"
