#!/bin/sh
# Fetches the clients that the tests let speak to Thumper, and the tools that judge and describe its schema.
#
# Exists for `make test` and `make schema`; nothing of it is shipped. It never runs an npm package's own install scripts.
# ariadne-codegen has an environment of its own, since it needs an older graphql-core than Thumper.
set -eu
cd "$(dirname "$0")/.."

clients=tests/clients
installed=$clients/node_modules/.installed.json
generator=.venv/ariadne-codegen
pinned=ariadne-codegen==0.19.0

if ! command -v npm >/dev/null 2>&1; then
    echo "The tests of clients need Node.js 20 or newer with npm: install it, then run 'make test' again."
    exit 1
fi
if ! cmp -s $clients/package.json $installed; then
    echo "Fetching the clients of the tests (about 130 MB of npm packages) ..."
    (cd $clients && npm install --prefer-offline --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp $clients/package.json $installed # last: it says that the rest is complete
fi
if [ "$(cat $generator/installed 2>/dev/null)" != "$pinned" ]; then
    echo "Installing $pinned (about 70 MB) ..."
    .venv/bin/python -m venv --clear $generator
    $generator/bin/python -m pip --disable-pip-version-check install --quiet --no-cache-dir "$pinned"
    echo "$pinned" >$generator/installed
fi
