#!/bin/sh
# Puts `thumper` of this checkout on the PATH: a link in ~/.local/bin, where a person's own programs belong.
#
# It replaces a link of an earlier checkout, and no program that is something else.
set -eu

program=$(cd "$(dirname "$0")/.." && pwd -P)/.venv/bin/thumper
folder=$HOME/.local/bin
link=$folder/thumper

if [ -e "$link" ] && [ ! -L "$link" ]; then
    printf '%s is a program of its own: move it away, then run the same command again.\n' "$link" >&2
    exit 1
fi
mkdir -p "$folder"
ln -sfn "$program" "$link"
case :$PATH: in
*":$folder:"*) echo "thumper is on the PATH: $link" ;;
*)
    echo "Linked $link, but $folder is not on the PATH of this shell. This adds it; put it into ~/.profile too:"
    echo "  export PATH=\"\$HOME/.local/bin:\$PATH\""
    ;;
esac
