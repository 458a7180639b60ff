#!/bin/sh
# Installs the Debian packages of scripts/packages.txt that are missing; `setup.sh --help` tells which.
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")

help() {
    cat <<'END'
Usage: scripts/setup.sh [--gate | --tests]

Installs the Debian packages that are missing: those that building and running need; with --gate
also those of --instructions (valgrind) and of --report (python3-jinja2, libjs-vega); with --tests
these too, those of --plot (python3-matplotlib, gnuplot-nox), and those of tests and lint.
scripts/packages.txt lists them, each with its reason. May be run again at any time.

Exit: 0 ok, 1 something failed, 2 an unknown option, or not a Debian system.
END
}

sizes=run
for option; do
    case $option in
    --gate) sizes='run|gate' ;;
    --tests) sizes='run|gate|tests' ;;
    -h | --help)
        help
        exit 0
        ;;
    *)
        printf "setup.sh: unknown option '%s'; accepted: --gate, --tests, --help\n" "$option" >&2
        exit 2
        ;;
    esac
done
packages=$(sed -n -E "s/^([^# ]+) +($sizes) .*/\1/p" "$root/scripts/packages.txt")

# shellcheck disable=SC2086 # a list of words
if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    printf 'setup.sh: this is not a Debian system; install what corresponds to these packages of Debian 12, then run ./run_bench:\n' >&2
    printf '%s\n' $packages >&2
    exit 2
fi

missing=
for package in $packages; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) in
    installed*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        printf 'setup.sh: not root, and there is no sudo; as root: apt-get install%s\n' "$missing" >&2
        exit 1
    }
    as_root=sudo
fi
printf 'installing:%s\n' "$missing" >&2
$as_root apt-get update -q >&2
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >&2
