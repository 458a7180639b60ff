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

Exit: 0 ok, 1 something failed, 2 no such revision, or no repository.
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
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
git -C "$root" rev-parse --git-dir >/dev/null 2>&1 ||
    fail 2 "'$root' is no repository of git, so it has no revision '$1'"
commit=$(git -C "$root" rev-parse --verify --quiet "$1^{commit}") ||
    fail 2 "'$1' is no revision of the repository '$root'"

revisions=${XDG_CACHE_HOME:-$HOME/.cache}/valuetask-bench/revisions
folder=$revisions/$commit
mkdir -p "$revisions" || fail 1 "'$revisions' cannot be made; set XDG_CACHE_HOME to a folder that can"
exec 9>"$folder.lock"
flock 9
if [ ! -e "$folder/.ready" ]; then
    rm -rf "$folder"
    mkdir "$folder"
    git -C "$root" archive "$commit" | tar -x -C "$folder"
    [ -e "$folder/CMakePresets.json" ] || fail 1 "$1 has no CMakePresets.json: it is too old to be compared"
    (cd "$folder" && cmake --preset release -DVTB_WERROR=OFF) >"$folder.log" 2>&1 || {
        tail -n 20 "$folder.log" >&2
        fail 1 "$1 ($commit) cannot be configured"
    }
    [ -e "$folder/build/release/cells.ninja" ] ||
        fail 1 "$1 compiles its strategies into the program: it is too old to be compared"
    touch "$folder/.ready"
fi
printf '%s\n%s\n' "$folder/build/release" "$commit"
