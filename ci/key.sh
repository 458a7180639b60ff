#!/bin/sh
# Prints a key for a cache of the built program and its cells: the same where sources, system and packages are.
set -eu

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$root"

sources() {
    find CMakeLists.txt CMakePresets.json cmake guests harness heaps impls scripts workloads -type f \
        ! -path '*/__pycache__/*' -exec sha256sum {} + | LC_ALL=C sort
}

# All of them: gcc and the like are names for packages that have the compiler, which change by themselves.
packages() {
    cat /etc/os-release
    uname -m
    # shellcheck disable=SC2016 # it is dpkg-query that replaces them
    dpkg-query -W -f '${Package} ${Architecture} ${Version} ${db:Status-Status}\n' | LC_ALL=C sort
}

{ sources && packages; } | sha256sum | cut -c 1-16
