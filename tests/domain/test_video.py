"""Videos are known by their names, whatever the case, where nothing is known of their content."""

from __future__ import annotations

import pytest

from thumper.domain.reason import Reason
from thumper.domain.video import VIDEO_ENDINGS, advice, is_rejected_video, is_video


@pytest.mark.parametrize("ending", VIDEO_ENDINGS)
def test_every_ending_counts_in_any_case(ending: str) -> None:
    assert is_video(f"DCIM/100MEDIA/CLIP0001.{ending.upper()}")
    assert is_video(f"a.b.{ending}")


@pytest.mark.parametrize(
    "name", ["IMG_0001.JPG", "mp4", ".mp4", "card.avi/IMG_0001.JPG", "DCIM/.mov", "a.mp4x", ""]
)
def test_other_names_are_no_videos(name: str) -> None:
    assert not is_video(name)


def test_a_video_is_to_be_copied_elsewhere_and_other_files_have_the_advice_of_their_reason() -> None:
    assert "before you wipe" in advice(Reason.VIDEO, "IMG_0001.JPG")
    assert "before you wipe" in advice(Reason.UNSUPPORTED_TYPE, "CLIP.MP4")
    assert advice(Reason.UNSUPPORTED_TYPE, "notes.txt") == Reason.UNSUPPORTED_TYPE.advice
    assert advice(Reason.VANISHED, "CLIP.MP4") == Reason.VANISHED.advice


@pytest.mark.parametrize(
    ("reason", "name", "video"),
    [
        (Reason.VIDEO, "IMG_0001.JPG", True),
        (Reason.UNSUPPORTED_TYPE, "CLIP.MP4", True),
        (Reason.VANISHED, "CLIP.MP4", True),
        (Reason.TRUNCATED, "CLIP.MP4", False),
        (Reason.ARCHIVE, "CLIP.MP4", False),
        (Reason.UNSUPPORTED_TYPE, "IMG_0001.HEIC", False),
    ],
)
def test_the_name_decides_only_where_the_content_was_not_seen(reason: Reason, name: str, video: bool) -> None:
    assert is_rejected_video(reason, name) is video
