#!/bin/sh
# Prints a key for a cache of the built program and its cells: the same where sources, system and packages are.
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$root"

sources() {
    find CMakeLists.txt CMakePresets.json cmake guests harness heaps impls scripts workloads -type f \
        ! -path '*/__pycache__/*' -exec sha256sum {} + | LC_ALL=C sort
}

# Names and versions of what is built with and linked to.
packages() {
    cat /etc/os-release
    uname -m
    # shellcheck disable=SC2016 # it is dpkg-query that replaces them
    sed -n -E 's/^([^# ]+) +(run|gate) .*/\1/p' scripts/packages.txt |
        xargs dpkg-query -W -f '${Package} ${Version}\n' 2>/dev/null | LC_ALL=C sort
}

{ sources && packages; } | sha256sum | cut -c 1-16
