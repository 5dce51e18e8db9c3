#!/bin/sh
# Makes sure that the page tests have a browser: Chromium or Chrome on PATH.
#
# Exists for `make test` only; running Thumper needs no browser here. It installs one by itself only as root on
# a Debian kind of system, since anywhere else that is the owner's decision.
set -eu

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the page tests ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    exit 0
fi
echo "The page tests need Chromium or Chrome. Debian and Ubuntu: sudo apt-get install chromium"
echo "Other systems: install either from your package manager, then run 'make test' again."
exit 1
