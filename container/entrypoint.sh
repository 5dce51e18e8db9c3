#!/bin/sh
# Gives a user without a name one, as `--user 12345` has none, and then is the command.
#
# PostgreSQL makes its data directory for users with a name only. Debian's libnss-extrausers reads names of this file as
# well as those of /etc/passwd, and none of a user id below 500: no user becomes another by it, least of all root.
set -eu

names=/var/lib/extrausers/passwd
uid=$(id -u)
if ! getent passwd "$uid" >/dev/null && [ -w "$(dirname "$names")" ]; then
    printf 'thumper:x:%s:%s:Thumper:%s:/usr/sbin/nologin\n' "$uid" "$(id -g)" "$HOME" >"$names"
fi
exec "$@"
