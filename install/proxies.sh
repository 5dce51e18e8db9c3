#!/bin/sh
# Makes sure that the tests of the proxy samples have Caddy, nginx and OpenSSL on PATH.
#
# Exists for `make test` only; running Thumper needs no proxy. It installs them by itself only as root on a Debian kind
# of system, since anywhere else that is the owner's decision. None of them is started as a service.
set -eu

lacks() {
    for name in caddy nginx openssl; do
        PATH="$PATH:/usr/sbin" command -v "$name" >/dev/null 2>&1 || echo "$name"
    done
}

missing=$(lacks)
if [ -z "$missing" ]; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Caddy and nginx for the tests of the proxy samples ..."
    apt-get update -qq
    # Debian starts what it installs; a policy says no for as long as this lasts.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    # The light build of nginx has all that the samples use.
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends caddy nginx-light openssl >/dev/null
    missing=$(lacks)
    if [ -z "$missing" ]; then exit 0; fi
fi
echo "The tests of the proxy samples need $(echo "$missing" | tr '\n' ' ')on PATH."
echo "Debian and Ubuntu: sudo apt-get install caddy nginx-light openssl"
echo "Other systems: install them from your package manager, then run 'make test' again."
exit 1
