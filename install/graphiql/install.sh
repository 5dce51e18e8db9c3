#!/bin/sh
# Copies GraphiQL's ready-made browser files out of their npm packages into the package's pages.
#
# Exists so that the query page works without internet and without anything third-party in the repository.
# It never bundles, and never runs a package's own install scripts. Without npm it says so and succeeds: only
# the query page misses the files, and says how to get them.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
pages=${1:?usage: install.sh PAGES_FOLDER}/graphiql

if [ -f "$pages/package.json" ] && cmp -s "$here/package.json" "$pages/package.json"; then
    exit 0
fi
if ! command -v npm >/dev/null 2>&1; then
    echo "GraphiQL left out: npm was not found. 'make page' brings one along;"
    echo "everything but the query page in the browser works without it."
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$work/"
echo "Fetching GraphiQL (about 60 MB of npm packages, 2 MB are kept) ..."
if ! (cd "$work" && npm install --prefer-offline --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error); then
    echo "GraphiQL left out: npm could not fetch it. Run 'make page' again when the registry can be reached."
    exit 0
fi

modules=$work/node_modules
fresh=$work/graphiql
mkdir "$fresh"
cp "$modules/graphiql/graphiql.min.js" "$modules/graphiql/graphiql.min.css" "$fresh/"
cp "$modules/graphql-ws/umd/graphql-ws.min.js" "$fresh/"
cp "$modules/react/umd/react.production.min.js" "$fresh/"
cp "$modules/react-dom/umd/react-dom.production.min.js" "$fresh/"
# The bundle holds many small packages: every licence goes with it.
find "$modules" -mindepth 2 -maxdepth 3 -type f -iname 'licen[cs]e*' | LC_ALL=C sort | while read -r licence; do
    printf '\n==== %s ====\n\n' "${licence#"$modules"/}"
    cat "$licence"
done >"$fresh/LICENSES.txt"
cp "$here/package.json" "$fresh/" # last: it says that the rest is complete

chmod 755 "$fresh"
chmod 644 "$fresh"/*
mkdir -p "$(dirname "$pages")"
rm -rf "$pages"
mv "$fresh" "$pages"
echo "GraphiQL is in $pages."
