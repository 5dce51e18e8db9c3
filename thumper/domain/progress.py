"""The states of files, images and jobs, and which moves of images and jobs are legal.

A file is one path in one dump; an image is one distinct photo; a job is one
detector's work on one image. This module says what states exist; the store
writes them, and PostgreSQL refuses every other word and every other move.
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


MOVES: Final[dict[ImageState, frozenset[ImageState]]] = {
    # A sweeper fails a job that no worker survives. A held job waits as pending.
    ImageState.PENDING: frozenset({ImageState.PROCESSING, ImageState.FAILED}),
    # Back to pending when the lease of a dead worker expires or a worker stops gracefully.
    ImageState.PROCESSING: frozenset({ImageState.PENDING, ImageState.COMPLETED, ImageState.FAILED}),
    # Another detector makes a job of its own.
    ImageState.COMPLETED: frozenset(),
    # Somebody asked for another try.
    ImageState.FAILED: frozenset({ImageState.PENDING}),
}
"""The legal moves of a job; PostgreSQL refuses every other (migration 0007).

An image moves as a job does, and to where one of its jobs stands: another detector's new job makes an image that was
completed pending again, and a worker of an earlier detector may end late."""


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
