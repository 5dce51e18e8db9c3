"""The one error that this room raises about a file."""

from __future__ import annotations

from typing import ClassVar

from thumper.domain.reason import Reason
from thumper.errors import ThumperError


class DecodeRefusal(ThumperError):  # a refusal is an answer about a file, not a failure of ours
    """Raised if a file cannot become a picture: `reason` is the stable word, the message the particulars."""

    code: ClassVar[str] = "FILE_REFUSED"
    exit_code: ClassVar[int] = 3

    def __init__(self, reason: Reason, message: str = "") -> None:
        super().__init__(message or reason.sentence)
        self.reason = reason
