"""`thumper init`: the few questions of a first run, answered once and kept in the home."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from thumper.cli.consent import refuse_unless_asked
from thumper.cli.path_argument import named_path
from thumper.cli.which_home import settings_to_keep_in
from thumper.cli.zone_question import ask_time_zone, named_zone, with_time_zone
from thumper.domain.location import checked
from thumper.domain.path_text import readable
from thumper.domain.refusal import InvalidValueError
from thumper.embedded.instance import find_instance
from thumper.errors import NotFoundError, ThumperError, UsageError
from thumper.setting_files import remember
from thumper.settings import Settings

_CREATE: Final = """mutation ($input: CreateLocationInput!) { createLocation(input: $input) {
  location { name } didYouMean { name } errors { code message } } }"""


@dataclass(frozen=True, slots=True)
class Place:
    """A location as it was named here, in degrees of WGS 84 if it has coordinates."""

    name: str
    latitude: float | None = None
    longitude: float | None = None


def init(
    drop: Annotated[
        Path | None,
        typer.Option(
            parser=named_path,
            metavar="FOLDER",
            help="The folder into which photos are dropped (THUMPER_DROP).",
        ),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(help="Zone of the cameras' clocks, such as America/Chicago (THUMPER_TIME_ZONE)."),
    ] = None,
    location: Annotated[
        list[str] | None,
        typer.Option(
            help='A stand: "Oak Stand", or "Oak Stand, 30.27, -97.74" with coordinates. May be repeated.'
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: the defaults will do.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object; asks nothing.")] = False,
) -> None:
    """Choose drop folder, time zone and first locations. What is chosen is kept in `thumper.toml` in the home."""
    from thumper.cli.logs import configure_logs

    silent = yes or as_json
    if not silent:
        refuse_unless_asked(
            as_json=False, instead="Say what is wanted with --drop, --time-zone, --location and --yes."
        )
    settings = Settings.from_env(home=settings_to_keep_in().home)
    configure_logs(settings)
    chosen = _chosen(settings, drop, time_zone, silent=silent)
    places = [_read_place(text) for text in location or []]
    if location is None and not silent:
        places = _ask_places()
    remember(settings.home, chosen)
    settings = with_time_zone(settings.model_copy(update=chosen), ask=False)
    made = _make_places(settings, places) if places else []
    _tell(settings, made, as_json=as_json)


def _chosen(
    settings: Settings, drop: Path | None, time_zone: str | None, *, silent: bool
) -> dict[str, str | Path]:
    """Return what is to be kept: what options say, else what a person answers, else the folder as it is."""
    chosen: dict[str, str | Path] = {"drop": settings.drop_dir}
    if drop is not None:
        chosen["drop"] = _whole(drop)
    elif not silent:
        chosen["drop"] = _ask_folder(settings)
    if time_zone is not None:
        chosen["time_zone"] = named_zone(time_zone)
    elif not silent:
        chosen["time_zone"] = ask_time_zone(settings.time_zone)
    return chosen


def refuse_missing_folder(folder: Path) -> None:
    """Raise `NotFoundError` unless the folder is there: one that is mistyped or not mounted must not be made."""
    if not folder.is_dir():
        raise NotFoundError(
            f"--drop: {readable(bytes(folder))} is not a folder. Make it or mount its disk first, or name the folder "
            "that holds your photos."
        )


def _whole(folder: Path) -> Path:
    """Return the whole path of a folder. Raises `NotFoundError` if there is none."""
    whole = Path(os.path.abspath(folder.expanduser()))
    refuse_missing_folder(whole)
    return whole


def _ask_folder(settings: Settings) -> Path:
    """Ask for the drop folder; the present one need not be there, as its disk may not be mounted."""
    typer.echo("Into which folder do you drop photos? It is only ever read.")
    while True:
        answer = typer.prompt("Drop folder", default=str(settings.drop_dir))
        if answer == str(settings.drop_dir):
            return settings.drop_dir
        try:
            return _whole(Path(answer))
        except NotFoundError as error:
            typer.echo(str(error))


def _ask_places() -> list[Place]:
    typer.echo(
        "Where do your cameras hang? Name a stand, with coordinates if you know them (Oak Stand, 30.27, -97.74); "
        "an empty line ends the list. Folders of these names in the drop folder are theirs."
    )
    places: list[Place] = []
    while answer := typer.prompt("Location", default="", show_default=False).strip():
        try:
            places.append(_read_place(answer))
        except UsageError as error:
            typer.echo(str(error))
    return places


def _read_place(text: str) -> Place:
    """Read a name with coordinates or without: "Oak Stand, 30.27, -97.74". Raises `UsageError` for no such place."""
    name, *degrees = text.rsplit(",", 2)
    if len(degrees) == 1 and all(map(_is_number, (name, *degrees))):
        raise UsageError(f"--location {text!r}: a name comes first, such as Oak Stand, 30.27, -97.74")
    try:
        latitude, longitude = (float(part) for part in degrees)
    except ValueError:  # the commas belong to the name
        place = Place(text.strip())
    else:
        place = Place(name.strip(), latitude, longitude)
    try:
        checked(asdict(place))
    except InvalidValueError as error:
        raise UsageError(f"--location {text!r}: {error}") from error
    return place


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _input(place: Place) -> dict[str, Any]:
    """Return a place as the API takes it."""
    if place.latitude is None:
        return {"name": place.name}
    return {"name": place.name, "coordinates": {"latitude": place.latitude, "longitude": place.longitude}}


def _make_places(settings: Settings, places: list[Place]) -> list[dict[str, Any]]:
    from thumper.cli.servers import servers

    with servers(settings) as named:
        return asyncio.run(_create(named, places))


async def _create(settings: Settings, places: list[Place]) -> list[dict[str, Any]]:
    """Make the locations known that are not yet; return the answers."""
    from thumper.cli.own_api import OwnApi
    from thumper.ingest.context import IngestContext
    from thumper.store.postgres.connect import open_database

    context = IngestContext.of(settings)
    api = OwnApi(context)
    answers = []
    async with open_database(settings.postgres_url, pool_size=2):
        try:
            for place in places:
                answer = (await api.ask(_CREATE, {"input": _input(place)}))["createLocation"]
                codes = {error["code"] for error in answer["errors"]}
                if codes - {"NAME_TAKEN"}:
                    raise ThumperError(f"{place.name}: {answer['errors'][0]['message']}")
                answers.append(
                    {"name": place.name, "made": not codes, "didYouMean": answer["didYouMean"] or []}
                )
        finally:
            await api.close()
            await context.wakeup.close()
    return answers


def _tell(settings: Settings, made: list[dict[str, Any]], *, as_json: bool) -> None:
    runs = find_instance(settings.home) is not None
    if as_json:
        told = {"home": str(settings.home), "drop": str(settings.drop_dir), "timeZone": settings.time_zone}
        typer.echo(json.dumps(told | {"locations": made, "running": runs}))
        return
    typer.echo(f"Home         {settings.home}")
    typer.echo(f"Drop folder  {settings.drop_dir}")
    typer.echo(f"Time zone    {settings.time_zone}")
    for place in made:
        like = ", ".join(other["name"] for other in place["didYouMean"])
        typer.echo(
            f"Location     {place['name']}{'' if place['made'] else ' (known already)'}"
            f"{f' (did you mean {like}?)' if like else ''}"
        )
    typer.echo(
        "Thumper runs already: folder and time zone count when it starts again."
        if runs
        else "Start it with `thumper up`; `thumper init` can be run again."
    )
