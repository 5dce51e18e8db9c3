#!/bin/sh
# Makes or renews .venv: install/venv.sh EXTRAS, where EXTRAS is `worker` or `worker,torch,dev`.
#
# Exists so that a fresh machine needs only python3-venv and make. It adds PyTorch (the extra `torch`) where there is an
# NVIDIA GPU or TORCH=1 is set, checks before it downloads, says what is missing and how large the install is, and does
# nothing when .venv already matches pyproject.toml and constraints.txt. It never touches the system's Python and
# downloads nothing outside the package index.
set -eu

wanted=${1:?usage: install/venv.sh EXTRAS}
cd "$(dirname "$0")/.."
root=$(pwd -P)
stamp=.venv/installed # which extras, then the fingerprint; made last, so that it says that .venv is whole

stop() {
    printf '\nThumper cannot be installed yet: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

# A name on PATH may be a shim that runs nothing, so each candidate is asked.
qualifies() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1
}

# The first two bring their own Redis.
find_python() {
    found=
    for name in ${PYTHON:-python3.11 python3.12 python3 python3.13 python3.14 /usr/bin/python3}; do
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
    stop "it needs Python 3.11 to 3.14, and found $(python3 --version 2>&1 || echo 'no python3')." \
        "Debian 12, Ubuntu 24.04 and newer: sudo apt-get install python3 python3-venv" \
        "Elsewhere install Python 3.12, or name one: make install PYTHON=/path/of/python3.12"
}

# Says which servers Thumper cannot bring along here; installing goes on.
say_what_is_not_embedded() {
    platform=$("$python" -c 'import platform; print(platform.system(), platform.machine())')
    case $platform in
    "Linux x86_64" | "Linux aarch64" | "Darwin "*) ;;
    *)
        echo "Note: no PostgreSQL is brought along for $platform. Give the address of one:"
        echo "      THUMPER_DATABASE_URL=postgresql://…"
        ;;
    esac
    if [ "$platform" = "Linux x86_64" ] && "$python" -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; then
        return
    fi
    echo "Note: no Redis is brought along here. A redis-server or valkey-server on PATH is used; without one the worker"
    echo "      looks for photos every second, which is as reliable."
}

has() { # has EXTRAS EXTRA
    case ,$1, in *",$2,"*) ;; *) return 1 ;; esac
}

has_gpu() {
    nvidia-smi -L 2>/dev/null | grep -q '^GPU '
}

# What .venv holds it keeps, so that nothing in it grows old beside newer parts. TORCH=0 leaves PyTorch out on a GPU.
choose_extras() {
    extras=$wanted
    held=
    if [ -f "$stamp" ]; then held=$(sed -n 1p "$stamp"); fi
    case ${TORCH:-} in
    1) has "$extras" torch || extras=$extras,torch ;;
    0) ;;
    *) if ! has "$extras" torch && { has "$held" torch || has_gpu; }; then extras=$extras,torch; fi ;;
    esac
    if has "$held" dev && has "$extras" torch && ! has "$extras" dev; then extras=$extras,dev; fi
}

# What decides whether .venv is up to date: the files that say what to install, and where the code lies.
fingerprint() {
    { cat pyproject.toml setup.py constraints.txt install/opencv-headless/pyproject.toml && echo "$root"; } | cksum
}

# OpenCV's build with windows needs libGL, which a server without a screen does not have.
is_headless() {
    [ -z "$(find .venv/lib/ -maxdepth 3 -name opencv_python.libs 2>/dev/null)" ]
}

is_current() {
    [ -x .venv/bin/thumper ] && .venv/bin/python -c '' 2>/dev/null && [ -f "$stamp" ] && is_headless || return 1
    [ "$held" = "$extras" ] && [ "$(sed 1d "$stamp")" = "$(fingerprint)" ]
}

# Megabytes, measured by benchmarks/install.py and rounded up: what stays, and what is downloaded beside it meanwhile.
sizes_mb() {
    if has "$extras" torch; then echo "7000 3500"; else echo "650 300"; fi
}

check_space() {
    # shellcheck disable=SC2046  # two numbers
    set -- $(sizes_mb)
    have_mb=$(du -sm .venv 2>/dev/null | cut -f 1) # of before, or what an interrupted install left
    missing_mb=$(($1 + $2 - ${have_mb:-0}))
    free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
    if [ "$free_mb" -lt "$missing_mb" ]; then
        stop "$root has $free_mb MB free and the set-up needs $missing_mb MB." \
            "$1 MB stay; the downloads, $2 MB, go away afterwards."
    fi
    if [ "$missing_mb" -gt "$2" ]; then
        echo "Installing into $root/.venv: about $2 MB to download, $1 MB on disk. This happens once."
        if has "$extras" torch; then echo "PyTorch with CUDA is most of it, and takes some minutes."; fi
    fi
}

# A .venv of an older Python, or one moved here from elsewhere, does not work: its scripts name the old place. One of a
# Thumper that always brought PyTorch is made anew without.
make_venv() {
    if ! { qualifies .venv/bin/python && grep -qF "$root/.venv" .venv/pyvenv.cfg; } ||
        { ! has "$extras" torch && [ -n "$(find .venv/lib/ -maxdepth 3 -name torch 2>/dev/null)" ]; }; then
        rm -rf .venv
        "$python" -m venv .venv
    fi
    rm -f .venv/installed*
}

pip_install() {
    TMPDIR=$root/.venv/downloads # a small /tmp could not hold the wheels
    mkdir -p "$TMPDIR"
    trap 'rm -rf .venv/downloads' EXIT
    export TMPDIR
    quiet=--quiet # a person at a terminal sees the progress; a log would drown in it
    if [ -t 1 ]; then quiet=; fi
    keep= # pip's cache would keep 3 GB for PyTorch
    if has "$extras" torch; then keep=--no-cache-dir; fi
    # shellcheck disable=SC2086  # no word is meant when one is empty
    .venv/bin/python -m pip --disable-pip-version-check install $quiet $keep -c constraints.txt "$@" ||
        stop "pip failed, see its message above." "Check that the package index can be reached, then run the same again."
}

install_all() {
    pip_install setuptools # first, so that building Thumper itself uses the pinned release
    # Both builds of OpenCV hold the module cv2: removing one later would break the other.
    if ! is_headless; then .venv/bin/python -m pip uninstall --quiet --yes opencv-python opencv-python-headless; fi
    if has "$extras" torch; then
        pip_install --no-build-isolation ./install/opencv-headless -e ".[$extras]"
    else
        pip_install --no-build-isolation -e ".[$extras]"
    fi
}

choose_extras
if is_current; then exit 0; fi
find_python
say_what_is_not_embedded
check_space
make_venv
install_all
{ echo "$extras" && fingerprint; } >"$stamp"
echo "Installed. Commands: .venv/bin/thumper --help"
