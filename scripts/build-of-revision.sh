#!/bin/sh
# Puts a revision of this repository aside, configured as it is to be built, for what compares
# builds; `build-of-revision.sh --help` tells more.
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")

help() {
    cat <<'END'
Usage: scripts/build-of-revision.sh REVISION

Prints the folder of a build of a git revision of this repository, and its commit. Its sources are
put into ${XDG_CACHE_HOME:-~/.cache}/valuetask-bench/revisions/COMMIT and configured there, once:
the rules by which its cells are compiled. No program is built, and the repository's own folder is
left as it is.

Exit: 0 ok, 1 something failed, 2 no such revision, one that is too old, or no repository.
END
}

fail() {
    status=$1
    shift
    printf 'build-of-revision.sh: %s\n' "$*" >&2
    exit "$status"
}

case ${1-} in
-h | --help)
    help
    exit 0
    ;;
esac
[ $# -eq 1 ] || fail 2 "one revision is needed: build-of-revision.sh REVISION"
[ -e "$root/.git" ] || fail 2 "'$root' is no repository of git, so it has no revision '$1'"
for program in git cmake ninja flock tar; do
    command -v "$program" >/dev/null 2>&1 ||
        fail 1 "there is no $program, which is needed to put a revision aside: install it"
done
# What a hook of git's sets would name another repository.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_PREFIX
unset GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
said=$(git -C "$root" rev-parse --git-dir 2>&1) ||
    fail 2 "of '$root' there is no revision '$1'; git says: $(printf '%s' "$said" | tr -s '\n\t' ' ')"
commit=$(git -C "$root" rev-parse --verify --quiet "$1^{commit}") || {
    [ "$(git -C "$root" rev-parse --is-shallow-repository)" != true ] ||
        fail 2 "'$1' is no revision of the repository '$root', which is shallow:" \
            "git fetch --unshallow, or git fetch origin BRANCH, gets what it lacks"
    fail 2 "'$1' is no revision of the repository '$root'"
}

git -C "$root" cat-file -e "$commit:./CMakePresets.json" 2>/dev/null ||
    fail 2 "$1 has no CMakePresets.json of '$root': it is too old to be compared, or of something else"

case ${XDG_CACHE_HOME-} in
/*) cache=$XDG_CACHE_HOME ;;
*) cache=${HOME-}/.cache ;;
esac
revisions=$cache/valuetask-bench/revisions
folder=$revisions/$commit
build=$folder/build/release

# Puts the sources into the folder, which one that was ended may have left half full, and
# configures them.
put_aside() {
    rm -rf "$folder"
    trap 'rm -rf "$folder"' EXIT
    trap 'exit 130' INT TERM HUP
    said=$({ { mkdir "$folder" && git -C "$root" archive "$commit"; } | tar -x -C "$folder"; } 2>&1) ||
        fail 1 "the sources of $1 cannot be put into '$folder': $(printf '%s' "$said" | head -n 1);" \
            "set XDG_CACHE_HOME to a folder with room for them"
    (cd "$folder" && cmake --preset release -DVTB_WERROR=OFF) >"$folder.log" 2>&1 || {
        tail -n 20 "$folder.log" >&2
        fail 1 "$1 ($commit) cannot be configured; '$folder.log' has all that CMake said"
    }
    rm -f "$folder.log"
    [ -e "$build/cells.ninja" ] ||
        fail 2 "$1 compiles its strategies into the program: it is too old to be compared"
    touch "$folder/.ready" || fail 1 "'$folder/.ready' cannot be made"
    trap - EXIT INT TERM HUP
}

if [ ! -e "$folder/.ready" ]; then
    { mkdir -p "$revisions" && : >>"$folder.lock"; } 2>/dev/null ||
        fail 1 "nothing can be put into '$revisions'; set XDG_CACHE_HOME to a folder that can be" \
            "written to"
    exec 9>>"$folder.lock"
    flock -n 9 || {
        printf 'waiting for another process that puts %s aside\n' "$1" >&2
        flock 9
    }
    [ -e "$folder/.ready" ] || put_aside "$1"
fi
printf '%s\n%s\n' "$build" "$commit"
