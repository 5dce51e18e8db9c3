"""The states of files, images and jobs, and which moves between them are legal.

A file is one path in one dump; an image is one distinct photo; a job is one
detector's work on one image. This module says what states exist; the store
writes them and PostgreSQL's CHECK constraints refuse every other word.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class FileState(StrEnum):
    """Where one path of a dump stands on its way into Thumper."""

    SEEN = "seen"
    """Found by a scan; it may still be growing."""
    STABLE = "stable"
    """Whole, and about to be read."""
    STORED = "stored"
    """Its bytes became a new image."""
    DUPLICATE = "duplicate"
    """Its bytes were known already."""
    REJECTED = "rejected"
    """It cannot be an image of Thumper; the reason is kept beside."""


WAITING: Final = frozenset({FileState.SEEN, FileState.STABLE})
"""States of a file that has not settled."""


class ImageState(StrEnum):
    """Where an image stands with the detector; a job has the same states."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


# No code looks a move up here: each statement of the store names the states that it moves from. The tests of
# the queue compare every move that an image or a job makes with this table.
MOVES: Final[dict[ImageState, frozenset[ImageState]]] = {
    # A sweeper fails a job that no worker survives, and gives an image that waited for another detector
    # the answer of an earlier one that is current again. A held job waits as pending.
    ImageState.PENDING: frozenset({ImageState.PROCESSING, ImageState.COMPLETED, ImageState.FAILED}),
    # Back to pending when the lease of a dead worker expires or a worker stops gracefully.
    ImageState.PROCESSING: frozenset({ImageState.PENDING, ImageState.COMPLETED, ImageState.FAILED}),
    # Another detector makes a new job, and the image is pending again.
    ImageState.COMPLETED: frozenset({ImageState.PENDING}),
    ImageState.FAILED: frozenset({ImageState.PENDING, ImageState.COMPLETED}),
}

CRASHES_UNTIL_FAILED: Final = 3
"""A worker that dies this often on an image it had claimed alone has been killed by that image."""

SUSPECTS_UNTIL_DOUBTED: Final = 2
"""Two other images that killed a worker alone, and none completed since, say that it is the machine: no third one is
blamed before one has been completed."""

ATTEMPTS_UNTIL_BLAMED: Final = 10
"""After this many tries, each of which follows a look at the proof scene, that doubt ends."""


class SourceKind(StrEnum):
    """How files of a source come in."""

    DROP = "drop"
    """A watched folder; originals stay where they are."""
    INGEST = "ingest"
    """A path given to `thumper ingest`; originals are copied into the library."""
    UPLOAD = "upload"
    """Bytes sent over HTTP; originals live in the library."""


class SourceState(StrEnum):
    """Whether a source can be read now. Offline is an alarm, never a deletion."""

    ONLINE = "online"
    OFFLINE = "offline"


class WatchMode(StrEnum):
    """How new files of a watched folder are noticed."""

    EVENTS = "events"
    """The file system tells; rescans find what it forgets."""
    POLLING = "polling"
    """Rescans only: the file system tells nothing, or only a part."""


class BatchKind(StrEnum):
    """What a batch of jobs was asked for."""

    DETECT = "detect"
    RETRY = "retry"


class ProcessRole(StrEnum):
    """The three processes of a running Thumper."""

    SERVE = "serve"
    WATCH = "watch"
    WORK = "work"


class ProcessState(StrEnum):
    """What a process says of itself with each heartbeat."""

    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    STOPPING = "stopping"
