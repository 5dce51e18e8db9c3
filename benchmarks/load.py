"""A running Thumper under load: pages, details, counts and followers while photos are taken in, and ten times that.

    python -m benchmarks.load [--images 2000] [--rounds 4] [--subscribers 200] [--per-second 30] [--overload-s 20]
    python -m benchmarks.load --soak 100000 [--minutes 480] [--home FOLDER]

`thumper up` at its defaults on a new home, and processes of clients on the loopback interface, who show tokens of the
owner and of four members. In each round half a card is taken in alone, and a whole one under load. Then nine more
processes of the same clients come for some seconds while a card is taken in. It ends with 1 if a promise was not kept.
The photos are those of the drawn ranch, each with other bytes. `--soak` is told in `soak.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from benchmarks import load_verdict, soak
from benchmarks.bound_process import bound
from benchmarks.copies import repeated, write_card
from benchmarks.live_commits import drop, drop_unasked
from benchmarks.live_thumper import running, servers_of
from benchmarks.load_clients import Plan, Tally, written
from benchmarks.load_verdict import Verdicts
from benchmarks.machine import Others, describe
from thumper.demo.ranch import build_ranch
from thumper.domain.access import SCOPES_OF, Role
from thumper.owner_token import read_owner_token
from thumper.settings import Settings
from thumper.store.access import people, tokens
from thumper.store.models import Person
from thumper.store.postgres.connect import open_database

MEMBERS: Final = 4
STREAM_SHARE: Final = 0.1
"""Of those who follow, by server-sent events; the others by WebSocket."""
TIMES: Final = 10
"""What an overload is of the load."""
LAST_MESSAGES_S: Final = 2.0
USUAL_S: Final = 10.0
"""How long the load goes on by itself before the overload, and how long it is looked at afterwards, and half that."""
READY_WITHIN_S: Final = 120.0


class Clients:
    """A process of clients that asks and follows until it is ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ready(self) -> None:
        """Wait until all who follow do, or were refused."""
        if self._process.stdout is None:
            raise RuntimeError("the clients have no pipes")
        async with asyncio.timeout(READY_WITHIN_S):
            if await self._process.stdout.readline() != b"ready\n":
                raise RuntimeError(f"the clients ended with {await self._process.wait()}")

    async def end(self) -> Tally:
        """Let them end; return what became of everything."""
        out, _ = await self._process.communicate(b"")  # and closes its input, which None would not
        return Tally.read(out.splitlines()[-1])


@contextlib.asynccontextmanager
async def clients(plan: Plan) -> AsyncIterator[Clients]:
    """Run a process of clients."""
    process = await asyncio.create_subprocess_exec(
        *bound([sys.executable, "-m", "benchmarks.load_clients"]),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdin is not None:
            process.stdin.write(written(plan))
        yield Clients(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@dataclass(slots=True)
class Measured:
    """What the rounds and the overload brought."""

    alone: list[float] = field(default_factory=list)
    loaded: list[float] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    images: list[int] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    """Of the machine that others used."""


class Load:
    """A running Thumper, its clients and its cards."""

    def __init__(self, settings: Settings, plan: Plan, *, photos: Sequence[Path], folder: Path) -> None:
        self.settings, self.plan = settings, plan
        self._photos, self._folder = photos, folder
        self._cards = 0

    async def take_in(self, images: int, *, unasked: bool = False) -> float:
        """Take in a card; return images a second from the first commit to the last."""
        self._cards += 1
        card = write_card(repeated(self._photos, images), f"card{self._cards:04}", folder=self._folder)
        rates = await (drop_unasked if unasked else drop)(self.settings, card)
        shutil.rmtree(card)
        return rates.under_way

    async def round(self, measured: Measured, images: int) -> None:
        """Take in half a card alone, and one under load."""
        others = Others()
        measured.alone.append(await self.take_in(max(images // 2, 2)))
        async with clients(self.plan) as load:
            await load.ready()
            measured.loaded.append(await self.take_in(images))
            await asyncio.sleep(LAST_MESSAGES_S)
            measured.tallies.append(await load.end())
        measured.images.append(images)
        measured.shares.append(round(others.share(), 2))
        print(f"{measured.alone[-1]:.1f} images/s alone, {measured.loaded[-1]:.1f} under load", flush=True)

    async def overload(self, seconds: float, images: int) -> tuple[Tally, list[Tally], dict[str, float]]:
        """Bring ten times the load; return what became of the first tenth, of the others, and when it was."""
        async with contextlib.AsyncExitStack() as stack:
            usual = await stack.enter_async_context(clients(self.plan))
            await usual.ready()
            card = asyncio.create_task(self.take_in(images, unasked=True))
            await asyncio.sleep(USUAL_S)
            began_s = time.time()
            more = [await stack.enter_async_context(clients(self.plan)) for _ in range(TIMES - 1)]
            await asyncio.gather(*(each.ready() for each in more))
            await asyncio.sleep(seconds)
            ended_s = time.time()
            tallies = await asyncio.gather(*(each.end() for each in more))
            await asyncio.sleep(1.5 * USUAL_S)
            await card
            await asyncio.sleep(LAST_MESSAGES_S)
            return await usual.end(), list(tallies), {"began_s": began_s, "ended_s": ended_s}


async def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return tokens of the owner and of some members."""
    secrets = [read_owner_token(settings.home)]
    async with open_database(servers_of(settings).database_url, pool_size=2):
        for number in range(MEMBERS):
            name = f"Member {number}"
            person = await Person.get_or_none(name=name) or await people.add(name, Role.MEMBER)
            secrets.append((await tokens.issue(person, "load", SCOPES_OF[Role.MEMBER]))[1])
    return tuple(secrets)


def drawn_photos(folder: Path) -> list[Path]:
    """Draw the ranch; return its photos, without those that were cut short or delivered twice."""
    found = {}
    for card in build_ranch(folder).cards:
        found.update({each.sha256: card.folder / each.path for each in card.photos if not each.truncated})
    return list(found.values())


async def judge_overload(load: Load, verdicts: Verdicts, *, seconds: float, images: int) -> Mapping[str, Any]:
    """Bring the overload, and judge it."""
    usual, more, when = await load.overload(seconds, images)
    before = [each for each in usual.asked if each.began_s < when["began_s"]]
    during = [each for each in usual.asked if when["began_s"] <= each.began_s <= when["ended_s"]]
    usual_p95_s = load_verdict.p95(each.took_s for each in before)
    after_s = load_verdict.recovered_s(usual.asked, ended_s=when["ended_s"], usual_p95_s=usual_p95_s)
    verdicts.overload([usual, *more], after_s=after_s)
    least = min(usual.told, default=0)
    verdicts.add("every follower from before sees every image", kept=least == images, found=least)
    everything = Tally(
        during + [each for tally in more for each in tally.asked],
        ended=[each for tally in more for each in tally.ended],
    )
    after = [
        each for each in usual.asked if each.began_s >= when["ended_s"] + load_verdict.RECOVERED_WITHIN_S
    ]
    return {
        "seconds": round(when["ended_s"] - when["began_s"], 1),
        "followers": sum(len(tally.told) for tally in (usual, *more)),
        "refused": load_verdict.refusals(everything),
        "before": load_verdict.figures(before),
        "during": load_verdict.figures(everything.asked),
        "after": load_verdict.figures(after),
        "usual_p95_ms": round(1000 * usual_p95_s, 1),
        "recovered_after_s": after_s,
    }


async def measure(options: argparse.Namespace) -> Verdicts:
    """Run the rounds and the overload, and print what they brought."""
    verdicts, measured = Verdicts(), Measured()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos, home = drawn_photos(folder / "ranch"), folder / "home"
        home.mkdir()
        async with running(home) as settings:
            load = Load(settings, await plan_of(settings, options), photos=photos, folder=folder)
            each = max(options.images // options.rounds, 1)
            for _ in range(options.rounds):
                await load.round(measured, each)
            everything = [one for tally in measured.tallies for one in tally.asked]
            verdicts.under_load(
                measured.tallies, followers=load.plan.sockets + load.plan.streams, images=measured.images
            )
            verdicts.ingestion(measured.alone, measured.loaded)
            told = {
                "images under load": sum(measured.images),
                "images_per_s alone": [round(rate, 1) for rate in measured.alone],
                "images_per_s under load": [round(rate, 1) for rate in measured.loaded],
                "others_share_of_the_machine": measured.shares,
                "asked": by_round(measured.tallies, everything),
                "overload": await judge_overload(load, verdicts, seconds=options.overload_s, images=each),
            }
            print(json.dumps(told, indent=2), flush=True)
    print(json.dumps(verdicts.report(), indent=2))
    return verdicts


def by_round(tallies: Sequence[Tally], everything: Sequence[Any]) -> dict[str, Any]:
    """Return figures of all rounds; answers a second of each, for between them nothing is asked."""
    told = load_verdict.figures(everything)
    for kind, values in told.items():
        rates = [own[kind]["answered_per_s"] for own in map(load_verdict.figures, (t.asked for t in tallies))]
        values["answered_per_s"] = rates
    return told


async def plan_of(settings: Settings, options: argparse.Namespace) -> Plan:
    """Return what a process of clients does."""
    streams = round(STREAM_SHARE * options.subscribers)
    return Plan(
        settings.api_url,
        await secrets_of(settings),
        per_second=options.per_second,
        sockets=options.subscribers - streams,
        streams=streams,
    )


async def soak_for(options: argparse.Namespace) -> bool:
    """Run a soak; return whether everything stayed flat."""
    with contextlib.ExitStack() as stack:
        folder = options.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home = folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        photos = drawn_photos(folder / "ranch")
        async with running(home) as settings:
            plan = replace(await plan_of(settings, options), per_second=options.per_second)
            async with clients(plan) as load:
                await load.ready()
                soaked = await soak.soak(
                    settings, photos, folder, images=options.soak, minutes=options.minutes
                )
                wrong = load_verdict.failures(await load.end(), refusals_allowed=False)
    print(json.dumps({**soaked.report(), "errors": wrong}, indent=2))
    return soaked.is_flat and not wrong


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=2000, help="Photos taken in under load, in all rounds.")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--subscribers", type=int, default=200)
    parser.add_argument("--per-second", type=float, default=30.0, help="Requests of all kinds together.")
    parser.add_argument(
        "--overload-s", type=float, default=20.0, help="How long ten times the load is there."
    )
    parser.add_argument(
        "--soak", type=int, metavar="IMAGES", help="Take in this many while handles are counted."
    )
    parser.add_argument("--minutes", type=float, default=480.0, help="Longest that a soak goes on.")
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="Keep a soak here, and go on with it.")
    options = parser.parse_args()
    print(describe(), flush=True)
    if options.soak:
        sys.exit(0 if asyncio.run(soak_for(options)) else 1)
    sys.exit(0 if asyncio.run(measure(options)).kept else 1)


if __name__ == "__main__":
    main()
