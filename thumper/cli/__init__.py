"""The command line: it parses words, builds Settings and starts a room."""

from thumper.cli.app import main

__all__ = ["main"]
