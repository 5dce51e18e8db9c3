"""What `thumper backup` and `thumper restore` tell people: how far they are, and what they did."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Self

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import Progress

from thumper.cli.receipt_view import bar
from thumper.domain.path_text import harmless

if TYPE_CHECKING:
    from pathlib import Path

    from thumper.backup.manifest import Manifest
    from thumper.backup.restoration import Restored
    from thumper.backup.take import Backup
    from thumper.settings import Settings

SHOWN: Final = 20
"""How many names of originals are printed; `--json` has them all."""

# Settings that differ from machine to machine, or that are shown elsewhere.
_OF_A_MACHINE: Final = frozenset(
    f"THUMPER_{name}"
    for name in ("HOME", "DROP", "HOST", "PORT", "DATABASE_URL", "REDIS_URL", "DEVICE", "LOG_LEVEL")
)


class Stages:
    """A progress bar on standard error, one line a stage; shows nothing when that is no terminal."""

    def __init__(self) -> None:
        self._progress: Progress = bar()
        self._task = None if self._progress.disable else self._progress.add_task("", total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, what: str) -> None:
        """Print what begins."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = self._progress.add_task(what, total=None)

    def count(self, done: int, total: int) -> None:
        """Print how far that is."""
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total)


def of_manifest(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """Return what there is to say of a backup, as `--json` prints it."""
    return {
        "backup": str(folder),
        "id": manifest.id,
        "takenAt": manifest.taken_at.isoformat(),
        "thumper": manifest.thumper,
        "schema": manifest.migrations[-1],
        "images": manifest.tables["image"].rows,
        "rows": sum(tally.rows for tally in manifest.tables.values()),
        "bytes": manifest.dump_bytes + manifest.originals.size_bytes,
        "originals": manifest.originals.files if manifest.originals.within else None,
    }


def show_backup(backup: Backup, *, as_json: bool) -> None:
    """Print what was taken, and what it lacks."""
    facts = of_manifest(backup.folder, backup.manifest)
    if as_json:
        typer.echo(json.dumps(facts | {"missing": list(backup.missing), "deletedMeanwhile": backup.deleted}))
        return
    _say(f"Backup {backup.folder}: {_sum(facts)}. It was restored for trial, and every row compared.")
    if not backup.manifest.originals.within:
        _say("Originals are not in it: keep copies of the drop folder and the library, or use --originals.")
    if backup.missing:
        _say(
            f"{len(backup.missing)} originals are not in it, since they could not be read as they were taken in:"
        )
        _say_some(backup.missing)
    if backup.deleted:
        _say(
            f"{backup.deleted} photos were deleted while it ran: their originals are not in it, but its database still"
            " knows them. Delete them again if you restore it, or take another backup and remove this one."
        )


def show_checked(folder: Path, manifest: Manifest, *, as_json: bool) -> None:
    """Print what a backup is that was found whole."""
    facts = of_manifest(folder, manifest)
    if as_json:
        typer.echo(json.dumps(facts))
        return
    _say(
        f"{folder} is whole: {_sum(facts)}, taken {manifest.taken_at:%Y-%m-%d %H:%M} UTC by Thumper {manifest.thumper}."
    )
    if manifest.originals.missing:
        _say(f"It lacks {manifest.originals.missing} originals, named in missing-originals.txt.")


def show_restored(folder: Path, restored: Restored, settings: Settings, *, as_json: bool) -> None:
    """Print what was restored, and what is left for its owner to do."""
    facts = of_manifest(folder, restored.manifest)
    advice = [
        *_earlier_advice(restored),
        *_drop_advice(restored, settings),
        *_settings_advice(restored.manifest, settings),
        *_detector_advice(restored.manifest, settings),
    ]
    if as_json:
        done = {
            "migrated": list(restored.migrations),
            "dropFolder": restored.drop_to,
            "putBack": restored.put_back,
            "missing": restored.missing,
            "advice": advice,
        }
        typer.echo(json.dumps(facts | done))
        return
    if restored.already:
        _say(
            f"{folder} was restored here before, and an interrupt came only after that. Nothing was left to restore."
        )
    else:
        _say_restored(restored, settings, facts)
    for line in advice:
        _say(line)


def _say_restored(restored: Restored, settings: Settings, facts: dict[str, Any]) -> None:
    _say(f"Restored into {settings.home}: {_sum(facts)}.")
    if restored.migrations:
        _say(
            f"Its schema was of an older Thumper, and was brought up to date: {', '.join(restored.migrations)}."
        )
    if restored.drop_to is not None and restored.drop_to != restored.drop_from:
        _say(f"The drop folder was {restored.drop_from} and is {restored.drop_to} now.")
    elif restored.drop_to is not None:
        _say(f"The drop folder is {restored.drop_to}, as before.")
    if restored.put_back:
        _say(f"{restored.put_back} originals are in the library again.")
    if restored.missing:
        _say(f"{len(restored.missing)} originals are not where they should be. Put them there:")
        _say_some(restored.missing)


def _sum(facts: dict[str, Any]) -> str:
    originals = "" if facts["originals"] is None else f", {facts['originals']} originals"
    return f"{facts['images']} images, {facts['rows']} rows{originals}, {decimal(facts['bytes'])}"


def _drop_advice(restored: Restored, settings: Settings) -> list[str]:
    """Return how to watch the folder of the photos, when it is not the one that would be watched here."""
    from thumper.domain.path_text import readable

    if restored.drop_to is None or restored.drop_to == readable(bytes(settings.drop_dir)):
        return []
    how = f"`thumper up --drop {shlex.quote(restored.drop_to)}`"
    return [f"Start with {how}, or set THUMPER_DROP: else {readable(bytes(settings.drop_dir))} is watched."]


def _earlier_advice(restored: Restored) -> list[str]:
    """Name the database that was there before, when it was not dropped."""
    if restored.earlier is None:
        return []
    why = "it could not be dropped, or somebody wrote into it meanwhile"
    return [
        f"The database that was there before is kept as {restored.earlier}: {why}. Look at it, then drop it."
    ]


def _settings_advice(manifest: Manifest, settings: Settings) -> list[str]:
    """Name the settings that were others when the backup was taken."""
    from thumper.backup.manifest import settings_kept

    now = settings_kept(settings)
    was = manifest.settings
    names = sorted((was.keys() | now.keys()) - _OF_A_MACHINE)
    return [
        f"{name} was {was.get(name, 'not set')} and is {now.get(name, 'not set')} here."
        for name in names
        if was.get(name) != now.get(name)
    ]


def _detector_advice(manifest: Manifest, settings: Settings) -> list[str]:
    """Name the model file that drew the boxes, when it is not the one that would be used here."""
    from thumper.errors import DetectorError
    from thumper.weights import resolve

    current = next((one for one in manifest.detectors if one.current), None)
    if current is None:
        return []
    try:
        here = resolve(settings).sha256.hex()
    except DetectorError:
        here = ""
    if here == current.sha256:
        return []
    lay = "" if current.path is None else f"; it lay at {current.path}"
    which = f"{current.name} (SHA-256 {current.sha256})"
    return [
        f"The detector was {which}, which is not the one here{lay}. Set THUMPER_MODEL to it before `thumper up`."
    ]


def _say_some(names: Sequence[str]) -> None:
    for name in names[:SHOWN]:
        _say(f"  {name}")
    if len(names) > SHOWN:
        _say(f"  and {len(names) - SHOWN} more (--json names all)")


def _say(line: str) -> None:
    Console(highlight=False).print(harmless(line), markup=False, soft_wrap=True)
