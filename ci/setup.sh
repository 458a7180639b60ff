#!/bin/sh
# Installs the Debian packages that a gate needs: to build and run, to count instructions, to make its page.
set -eu

here=$(dirname "$(readlink -f "$0")")
exec "$here/../scripts/setup.sh" --gate
