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
for name in $(env | sed -n 's/^\(VTB_[A-Z_]*\)=.*/\1/p'); do
    unset "$name"
done

if [ -e "$folder/CMakeCache.txt" ]; then
    program=$folder/run_bench
    printf 'bringing the program of %s up to date\n' "$folder" >&2
    log=$folder/run_bench.log
    { : >"$log"; } 2>/dev/null || log=/dev/null
    cmake --build "$folder" --target run_bench >"$log" 2>&1 || {
        grep -m 20 -e 'error' -e 'FAILED' "$log" >&2 || :
        fail 1 "the program of '$folder' cannot be built: cmake --build $folder --target run_bench"
    }
    [ "$log" = /dev/null ] || rm -f "$log"
else
    program=$folder/../../bin/run_bench
fi
[ -x "$program" ] || fail 2 "there is no program '$program'"
"$program" compare-builds --help 2>/dev/null | grep -q -e --own-programs ||
    fail 2 "the program of '$folder' is too old to take turns with another one"
printf '%s\n' "$program"
