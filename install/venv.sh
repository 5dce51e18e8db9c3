#!/bin/sh
# Makes or renews .venv: install/venv.sh EXTRAS, where EXTRAS is `worker` or `worker,dev`.
#
# Exists so that a fresh machine needs only python3-venv and make. It checks before it downloads, says what is
# missing and how large the install is, and does nothing when .venv already matches pyproject.toml and
# constraints.txt. It never touches the system's Python and downloads nothing outside the package index.
set -eu

extras=${1:?usage: install/venv.sh EXTRAS}
cd "$(dirname "$0")/.."
root=$(pwd -P)
needed_mb=10500 # 6,500 installed, 3,200 of downloads beside them until pip is done, and some air

stop() {
    printf '\nThumper cannot be installed yet: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

# A name on PATH may be a shim that runs nothing, so each candidate is asked.
qualifies() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

find_python() {
    found=
    for name in ${PYTHON:-python3.11 python3.12 python3 python3.13 /usr/bin/python3}; do
        qualifies "$name" || continue
        found=${found:-$name}
        if "$name" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            python=$name
            return
        fi
    done
    if [ -n "$found" ]; then
        version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        stop "$found (Python $version) has no venv module." \
            "Debian and Ubuntu: sudo apt-get install python3-venv   (or python$version-venv)" \
            "Then run the same command again."
    fi
    stop "it needs Python 3.11 or 3.12, and found $(python3 --version 2>&1 || echo 'no python3')." \
        "Debian 12, Ubuntu 24.04 and newer: sudo apt-get install python3 python3-venv" \
        "Elsewhere install Python 3.12, or name one: make install PYTHON=/path/of/python3.12"
}

# Says which servers Thumper cannot bring along here; installing goes on, since addresses can be given.
say_what_is_not_embedded() {
    platform=$("$python" -c 'import platform; print(platform.system(), platform.machine())')
    case $platform in
    "Linux x86_64") ;;
    *)
        echo "Note: PostgreSQL and Redis are embedded on Linux x86_64 only; this is $platform."
        echo "      Give their addresses: THUMPER_DATABASE_URL=postgresql://…  THUMPER_REDIS_URL=redis://…"
        return
        ;;
    esac
    if ! "$python" -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; then
        echo "Note: Redis is embedded up to Python 3.12. Have redis-server or valkey-server on PATH,"
        echo "      or give an address: THUMPER_REDIS_URL=redis://…"
    fi
}

# What decides whether .venv is up to date: the files that say what to install, and where the code lies.
fingerprint() {
    { cat pyproject.toml setup.py constraints.txt && echo "$root"; } | cksum
}

is_current() {
    [ -x .venv/bin/thumper ] && .venv/bin/python -c '' 2>/dev/null || return 1
    for stamp in .venv/installed-worker,dev ".venv/installed-$extras"; do
        if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ]; then return 0; fi
    done
    return 1
}

check_space() {
    if [ -f .venv/installed-worker ] || [ -f .venv/installed-worker,dev ]; then return; fi
    have_mb=$(du -sm .venv 2>/dev/null | cut -f 1) # what an interrupted install left
    missing_mb=$((needed_mb - ${have_mb:-0}))
    free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
    if [ "$free_mb" -lt "$missing_mb" ]; then
        stop "$root has $free_mb MB free and the set-up needs $missing_mb MB." \
            "6.5 GB stay (PyTorch with CUDA is the largest part); the downloads, 3 GB, go away afterwards."
    fi
    echo "Installing into $root/.venv: about 3 GB to download, 6.5 GB on disk (PyTorch with CUDA is most of it)."
    echo "This happens once and takes some minutes."
}

pip_install() {
    TMPDIR=$root/.venv/downloads # a small /tmp could not hold the wheels
    mkdir -p "$TMPDIR"
    trap 'rm -rf .venv/downloads' EXIT
    export TMPDIR
    quiet=--quiet # a person at a terminal sees the progress; a log would drown in it
    if [ -t 1 ]; then quiet=; fi
    # shellcheck disable=SC2086  # no word is meant when it is empty
    .venv/bin/python -m pip --disable-pip-version-check install $quiet --no-cache-dir -c constraints.txt "$@" ||
        stop "pip failed, see its message above." "Check that the package index can be reached, then run the same again."
}

if is_current; then exit 0; fi
find_python
say_what_is_not_embedded
check_space
# A .venv of an older Python, or one moved here from elsewhere, does not work: its scripts name the old place.
if ! { qualifies .venv/bin/python && grep -qF "$root/.venv" .venv/pyvenv.cfg; }; then
    rm -rf .venv
    "$python" -m venv .venv
fi
rm -f .venv/installed-*
pip_install setuptools # first, so that building Thumper itself uses the pinned release
pip_install --no-build-isolation -e ".[$extras]"
fingerprint >".venv/installed-$extras"
echo "Installed. Commands: .venv/bin/thumper --help"
