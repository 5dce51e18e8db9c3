"""What an image is: a photo, or a clip."""

from __future__ import annotations

from enum import StrEnum


class Media(StrEnum):
    """The kind of an image."""

    PHOTO = "photo"
    """One picture: every image today."""
    CLIP = "clip"
    """A video. None is read yet; programs that know the word need no change when they are."""
