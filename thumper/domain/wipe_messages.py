"""What is said about wiping a card: a sentence for each obstacle with what to do, and the verdict in words."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from thumper.domain.progress import SourceKind


class WipeCode(StrEnum):
    """What stands in the way; its value is the stable code."""

    STILL_CHECKING = "STILL_CHECKING"
    CHANGED_MEANWHILE = "CHANGED_MEANWHILE"
    EMPTY = "EMPTY"
    WAITING = "WAITING"
    NEVER_SENT = "NEVER_SENT"
    REJECTED = "REJECTED"
    VIDEOS = "VIDEOS"
    NOT_IN_RECEIPT = "NOT_IN_RECEIPT"
    NOT_READ = "NOT_READ"
    NOT_READ_SAME_DEVICE = "NOT_READ_SAME_DEVICE"
    FOLDER_CLOSED = "FOLDER_CLOSED"
    ORIGINAL_MISSING = "ORIGINAL_MISSING"
    ORIGINAL_CHANGED = "ORIGINAL_CHANGED"
    ORIGINAL_UNREADABLE = "ORIGINAL_UNREADABLE"
    FOLDER_IS_THE_ARCHIVE = "FOLDER_IS_THE_ARCHIVE"
    OTHER_DELIVERIES = "OTHER_DELIVERIES"
    SAME_DEVICE = "SAME_DEVICE"
    DEVICE_UNKNOWN = "DEVICE_UNKNOWN"

    @property
    def meaning(self) -> str:
        """What it says, for a list of all codes."""
        return _MEANINGS[self]


def obstacle(code: WipeCode, files: int, *, kind: SourceKind, place: str = "") -> tuple[str, str]:
    """Return the sentence and the advice for an obstacle of that many files at a source of that kind."""
    one, many, advice = _TEXTS[code]
    again = _AGAIN[kind]
    if code is WipeCode.WAITING and not files:
        many = _QUIET_YET
    sentence = (one if files == 1 else many).format(n=files, place=place)
    return sentence, _ADVICE.get((code, kind), advice).format(again=again)


def safe(kind: SourceKind, *, kept: int, deleted: int) -> str:
    """Return the sentence that it is safe: how many files are kept, and of how many a person deleted the photo."""
    if not deleted:
        return f"Safe to wipe: {_EACH[kind]} {_SAFE[kind]}"
    if not kept:
        whose = "photo of its 1 file" if deleted == 1 else f"photos of all its {deleted:,} files"
        return f"Safe to wipe: a person deleted the {whose}, and there is nothing else to keep."
    gone = "1 file, which is" if deleted == 1 else f"{deleted:,} files, which are"
    photos = "photo" if deleted == 1 else "photos"
    return (
        f"Safe to wipe: a person deleted the {photos} of {gone} kept nowhere; every other file {_SAFE[kind]}"
    )


def links(files: int) -> str:
    """Return the remark that links were not followed; empty for none."""
    if not files:
        return ""
    if files == 1:
        return " 1 link was not followed: what it leads to lies elsewhere, and wiping does not reach it."
    return (
        f" {files:,} links were not followed: what they lead to lies elsewhere, and wiping does not reach it."
    )


def sent_again(files: int) -> str:
    """Return the remark that rejected uploads were sent again; empty for none."""
    if not files:
        return ""
    if files == 1:
        return " 1 file had been rejected; what was sent under its name later counts in its place."
    return f" {files:,} files had been rejected; what was sent under their names later counts in their place."


def not_safe(sentence: str, *, more: int) -> str:
    """Return the sentence that it is not safe because of an obstacle, and how many more there are."""
    rest = {0: "", 1: " There is one more reason."}.get(more, f" There are {more} more reasons.")
    return f"Not safe to wipe. {sentence}{rest}"


def keep_the_folder(code: WipeCode) -> str:
    """Return the sentence that a watched folder must stay, while the card that was copied into it need not."""
    why = {
        WipeCode.FOLDER_IS_THE_ARCHIVE: "it is the archive, and Thumper keeps no other copy",
        WipeCode.OTHER_DELIVERIES: "files of other deliveries in it are kept nowhere else",
        WipeCode.SAME_DEVICE: "the originals lie on the same device",
    }.get(code, "it is not known whether the originals lie on another device")
    return f"Do not wipe this folder: {why}."


def compare(files: int, size_bytes: int) -> str:
    """Return when the card that a folder was copied from may be wiped."""
    held = f"the same {files:,} files" if files != 1 else "the same single file"
    return (
        f" The card that it was copied from may be wiped when it holds {held} with {size_bytes:,} bytes, and no photo"
        " in FOUND.000, LOST.DIR or the trash; what systems leave behind, such as hidden files, does not count."
    )


def not_known_yet(*, checked: int, to_check: int) -> str:
    """Return how far the check is."""
    return f"Not known yet: {checked:,} of {to_check:,} files have been re-read so far."


_EACH: Final = {
    SourceKind.INGEST: "every file",
    SourceKind.UPLOAD: "every file",
    SourceKind.DROP: "each file of this delivery",
}

_REREAD: Final = "is stored or was known already, and an identical original of each was just re-read"

_SAFE: Final = {
    SourceKind.INGEST: f"{_REREAD} on another device.",
    SourceKind.UPLOAD: f"{_REREAD}. Where they were sent from is not known here: it must be another disk than"
    " Thumper's.",
    SourceKind.DROP: f"{_REREAD} on another device than the folder.",
}

_AGAIN: Final = {
    SourceKind.INGEST: "take the card in again with `thumper ingest`",
    SourceKind.UPLOAD: "send it again with createUpload",
    SourceKind.DROP: "drop the photo again",
}

_TEXTS: Final[dict[WipeCode, tuple[str, str, str]]] = {
    WipeCode.STILL_CHECKING: (
        "One original has still to be re-read.",
        "{n:,} originals have still to be re-read.",
        "Ask again; it goes on meanwhile.",
    ),
    WipeCode.CHANGED_MEANWHILE: (
        "The dump changed while it was checked.",
        "The dump changed while it was checked.",
        "Ask again when nothing arrives any more.",
    ),
    WipeCode.EMPTY: (
        "The dump holds no files.",
        "The dump holds no files.",
        "There is nothing that could be safe: take the card in first.",
    ),
    WipeCode.WAITING: (
        "1 file is still arriving.",
        "{n:,} files are still arriving.",
        "Wait until everything has settled, then ask again.",
    ),
    WipeCode.NEVER_SENT: (
        "1 promised upload never came.",
        "{n:,} promised uploads never came.",
        "Send what is missing to the same card (createUpload with its dumpId).",
    ),
    WipeCode.REJECTED: (
        "1 file was rejected, so Thumper has no copy of it.",
        "{n:,} files were rejected, so Thumper has no copy of them.",
        (
            "Each has its reason. Mend what can be mended and try again with retryDump (`thumper retry`); copy"
            " elsewhere whatever else you want to keep."
        ),
    ),
    WipeCode.VIDEOS: (
        "1 video is among the files, and Thumper keeps no copy of videos.",
        "{n:,} videos are among the files, and Thumper keeps no copy of videos.",
        "Copy the videos elsewhere before you wipe anything; Thumper cannot see whether you did.",
    ),
    WipeCode.NOT_IN_RECEIPT: (
        "1 file at {place} is not part of this receipt, or has changed since.",
        "{n:,} files at {place} are not part of this receipt, or have changed since.",
        (
            "If it is the same card, take it in again with `thumper ingest` and look at the new receipt. If it is"
            " another card, take it out and ask again."
        ),
    ),
    WipeCode.NOT_READ: (
        (
            "1 file at {place} begins like a photo, video or archive, and lies where Thumper does not look: it has no"
            " copy of it."
        ),
        (
            "{n:,} files at {place} begin like photos, videos or archives, and lie where Thumper does not look: it has"
            " no copy of them."
        ),
        (
            "Rescued files (FOUND.000, LOST.DIR, lost+found), trash, hidden folders and unfinished copies are not taken"
            " in. Unpack archives, move what you want into an ordinary folder, with names ending in .jpg, and {again};"
            " delete the rest, or what you have copied elsewhere, and ask again."
        ),
    ),
    WipeCode.NOT_READ_SAME_DEVICE: (
        (
            "1 file at {place} that is not in the receipt, where Thumper does not look, is a photo whose original lies"
            " on the same device."
        ),
        (
            "{n:,} files at {place} that are not in the receipt, where Thumper does not look, are photos whose"
            " originals lie on the same device."
        ),
        "Only a copy on another device counts: copy what you want of them to another disk, delete them, and ask again.",
    ),
    WipeCode.FOLDER_CLOSED: (
        "1 folder or file at {place} cannot be opened, so nobody knows what is in it.",
        "{n:,} folders or files at {place} cannot be opened, so nobody knows what is in them.",
        "Make it readable, then {again}.",
    ),
    WipeCode.ORIGINAL_MISSING: (
        "1 original is not where it should be.",
        "{n:,} originals are not where they should be.",
        "Mount the disk that they lie on, or {again}.",
    ),
    WipeCode.ORIGINAL_CHANGED: (
        "1 original no longer has the bytes that were taken in.",
        "{n:,} originals no longer have the bytes that were taken in.",
        "Restore the file that is named; or move it away, then {again}.",
    ),
    WipeCode.ORIGINAL_UNREADABLE: (
        "1 original cannot be read.",
        "{n:,} originals cannot be read.",
        "Check the permissions of the file that is named and the disk that it lies on, then ask again.",
    ),
    WipeCode.FOLDER_IS_THE_ARCHIVE: (
        "1 original is the file in this folder itself.",
        "{n:,} originals are the files in this folder themselves.",
        "Keep the folder. With THUMPER_KEEP=copy photos that are new from then on are copied into the library.",
    ),
    WipeCode.OTHER_DELIVERIES: (
        "1 file at {place} came with another delivery and is kept nowhere else.",
        "{n:,} files at {place} came with other deliveries and are kept nowhere else.",
        "Look at the other receipts of this folder, and copy elsewhere what you want to keep.",
    ),
    WipeCode.SAME_DEVICE: (
        "1 original lies on the same device as {place}.",
        "{n:,} originals lie on the same device as {place}.",
        (
            "Only a copy on another device counts: keep the home of Thumper (THUMPER_HOME) on another disk. If the card"
            " is not mounted now, mount it and ask again: a restart may have given its device to another disk."
        ),
    ),
    WipeCode.DEVICE_UNKNOWN: (
        "It is not known on which device the files were.",
        "It is not known on which device the files were.",
        "Mount it again, then ask again.",
    ),
}

_QUIET_YET: Final = "More files may still arrive: it has not been quiet for long enough."

_ADVICE: Final = {
    (
        WipeCode.WAITING,
        SourceKind.INGEST,
    ): "Wait until everything has settled, then ask again. If `thumper ingest` was"
    " interrupted, run it again.",
    (
        WipeCode.WAITING,
        SourceKind.UPLOAD,
    ): "Send the files that were promised, or wait until their addresses have expired, then ask again.",
    (
        WipeCode.SAME_DEVICE,
        SourceKind.DROP,
    ): "Only a copy on another device counts: with THUMPER_KEEP=copy and the home"
    " of Thumper (THUMPER_HOME) on another disk, photos that are new from then on get one.",
    (
        WipeCode.NOT_IN_RECEIPT,
        SourceKind.DROP,
    ): "Wait until the watcher has taken them in, then look at the newest receipt of that folder.",
    (
        WipeCode.NOT_READ,
        SourceKind.DROP,
    ): "Rescued files (FOUND.000, LOST.DIR, lost+found), trash, hidden folders and"
    " unfinished copies are not taken in. Unpack archives, and move what you want into an ordinary folder, with names"
    " that end in .jpg: the watcher takes it in. Delete the rest, or what you have copied elsewhere, and ask again.",
    (WipeCode.FOLDER_CLOSED, SourceKind.DROP): "Make it readable; the watcher then takes in what is in it.",
    (
        WipeCode.REJECTED,
        SourceKind.UPLOAD,
    ): "Each has its reason. Send it again to the same card (createUpload with its dumpId), or copy elsewhere what you"
    " want to keep.",
}

_MEANINGS: Final = {
    WipeCode.STILL_CHECKING: "Originals are still being re-read.",
    WipeCode.CHANGED_MEANWHILE: "The dump changed whenever it was checked.",
    WipeCode.EMPTY: "The dump holds no files.",
    WipeCode.WAITING: "Files are still arriving or waiting to be read, or the dump has not been quiet yet.",
    WipeCode.NEVER_SENT: "Uploads were promised and their addresses have expired without a file, or were cancelled.",
    WipeCode.REJECTED: "Files were rejected; videos are counted apart.",
    WipeCode.VIDEOS: "Videos were found, of which Thumper keeps no copy.",
    WipeCode.NOT_IN_RECEIPT: "The source holds files now that the receipt does not cover as they are.",
    WipeCode.NOT_READ: "The source holds files that begin like a photo, video or archive where Thumper does not look.",
    WipeCode.NOT_READ_SAME_DEVICE: "Photos lie where Thumper does not look, whose originals lie on the same device.",
    WipeCode.FOLDER_CLOSED: "The source holds folders or files that cannot be opened.",
    WipeCode.ORIGINAL_MISSING: "Originals are not where they should be.",
    WipeCode.ORIGINAL_CHANGED: "Originals no longer have the bytes that were taken in.",
    WipeCode.ORIGINAL_UNREADABLE: "Originals cannot be read.",
    WipeCode.FOLDER_IS_THE_ARCHIVE: "Originals are the files in the folder itself (THUMPER_KEEP=in-place).",
    WipeCode.OTHER_DELIVERIES: "Files of other deliveries lie in the folder, and Thumper keeps no original elsewhere.",
    WipeCode.SAME_DEVICE: "Originals lie on the same device as what would be wiped.",
    WipeCode.DEVICE_UNKNOWN: "It is not known on which device the files were.",
}
