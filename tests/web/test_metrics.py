"""The metrics, read with Prometheus's own parser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.api import Api, running_api
from tests.faults.proxy import Wire
from tests.live import subscribed
from tests.patience import until
from tests.pipeline import claim, detect, fail, store_images
from thumper import __version__
from thumper.domain.disk_space import MB, Space
from thumper.domain.progress import FileState, ProcessRole, ProcessState, SourceState, WatchMode
from thumper.domain.reason import Reason
from thumper.domain.stage import Stage, StageTime
from thumper.settings import Settings
from thumper.store.counters import counters
from thumper.store.counters.counters import OTHERS, Counted
from thumper.store.disk import disk_space
from thumper.store.models import Backup, File, Job, Process, Source
from thumper.store.postgres.clock import seconds_ago
from thumper.store.postgres.schema_version import known_migrations
from thumper.store.status import processes
from thumper.store.status.processes import Beat, Life

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
RULES: Final = DOCS / "monitoring" / "thumper.rules.yml"
HOST: Final = "a ranch"

AWKWARD: Final = 'buck "8\\10"\nvelvet'
"""A label as a user's model may have it: quotes, a backslash, the end of a line."""


async def scrape(api: Api) -> dict[str, Metric]:
    """Return the families by name, as Prometheus reads them."""
    answer = await api.http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(answer.text))
    series = [(one.name, *sorted(one.labels.items())) for family in families for one in family.samples]
    assert len(series) == len(set(series)), "no series is there twice"
    return {family.name: family for family in families}


def values(family: Metric, *labels: str) -> dict[Any, float]:
    """Return the values by those labels; by one, without a tuple."""
    found = {tuple(own.labels.get(label, "") for label in labels): own.value for own in family.samples}
    return {key[0] if len(labels) == 1 else key: value for key, value in found.items()}


def only(family: Metric) -> float:
    (sample,) = family.samples
    return sample.value


@pytest.fixture(autouse=True)
def _host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: HOST)


async def watch(path: str, state: SourceState = SourceState.ONLINE, *, scanned_s: float | None = 60) -> None:
    source = await make.make_source(Path(path))
    await Source.filter(id=source.id).update(
        state=state,
        watch_mode=WatchMode.EVENTS,
        last_scan_at=None if scanned_s is None else seconds_ago(scanned_s),
    )


async def count(*facts: tuple[Counted, str]) -> None:
    async with in_transaction("default") as transaction:
        await counters.add(transaction, facts)


async def test_counts_speed_and_stages_are_told(api: Api) -> None:
    await store_images(7)
    await store_images(2, held=True)
    await detect(2)
    await fail(1)
    await claim(1)
    worker = await processes.register(Life(role=ProcessRole.WORK, restarts=3))
    stages = (StageTime(Stage.LOAD, 0.005), StageTime(Stage.DETECT, 0.04))
    await processes.beat(worker, Beat(state=ProcessState.BUSY, images_per_s=21.5, stages=stages))
    told = await scrape(api)
    states = {"pending": 5, "processing": 1, "completed": 2, "failed": 1}
    assert values(told["thumper_images"], "state") == states
    assert (only(told["thumper_images_held"]), only(told["thumper_queue_depth"])) == (2, 3)
    assert only(told["thumper_files_arriving"]) == 0
    assert only(told["thumper_worker_images_per_second"]) == 21.5
    timed = values(told["thumper_worker_stage_seconds_per_image"], "stage")
    assert timed == {"load": 0.005, "detect": 0.04}
    status = await api.ask(
        "{ status { heldImageCount imageCounts { pending processing completed failed } queueDepth } }"
    )
    assert status["status"] == {"heldImageCount": 2, "imageCounts": states, "queueDepth": 3}


async def test_what_ever_happened_is_told_and_what_may_happen_is_there_from_the_beginning(api: Api) -> None:
    told = await scrape(api)
    assert values(told["thumper_files"], "outcome") == {"stored": 0, "duplicate": 0, "rejected": 0}
    assert values(told["thumper_rejections"], "reason") == dict.fromkeys(Reason, 0)
    assert values(told["thumper_images_processed"], "result") == {"completed": 0, "failed": 0}
    assert told["thumper_detections"].samples == []
    await store_images(3)
    await detect(2, boxes=3)
    await fail(1)
    await count((Counted.FILES, "stored"), (Counted.FILES, "rejected"), (Counted.REJECTIONS, "LINK"))
    told = await scrape(api)
    assert values(told["thumper_files"], "outcome") == {"stored": 1, "duplicate": 0, "rejected": 1}
    assert values(told["thumper_rejections"], "reason") == dict.fromkeys(Reason, 0) | {"LINK": 1}
    assert values(told["thumper_images_processed"], "result") == {"completed": 2, "failed": 1}
    assert values(told["thumper_detections"], "label") == {"deer": 6}


async def test_whatever_words_a_model_or_a_path_has_can_be_read(api: Api) -> None:
    await count((Counted.DETECTIONS, AWKWARD), (Counted.DETECTIONS, OTHERS))
    await watch(f"/drop/{AWKWARD}")
    told = await scrape(api)
    assert values(told["thumper_detections"], "label") == {AWKWARD: 1, OTHERS: 1}
    (path,) = values(told["thumper_source_online"], "source")
    assert path == (await Source.get()).display_path


async def test_processes_that_live_are_silent_or_were_never_there_are_told_apart(api: Api) -> None:
    silent = await processes.register(Life(role=ProcessRole.WATCH))
    await processes.register(Life(role=ProcessRole.WATCH, restarts=1))
    told = await scrape(api)
    lives = {("serve", HOST): 1, ("watch", HOST): 1, ("work", ""): 0}
    assert values(told["thumper_process_up"], "role", "host") == lives
    restarts = {("serve", HOST): 0, ("watch", HOST): 1}
    assert values(told["thumper_process_restarts"], "role", "host") == restarts
    await Process.filter(role=ProcessRole.WATCH).exclude(id=silent).delete()
    await Process.filter(id=silent).update(heartbeat_at=seconds_ago(60))
    told = await scrape(api)
    assert values(told["thumper_process_up"], "role", "host") == lives | {("watch", HOST): 0}
    assert values(told["thumper_process_restarts"], "role", "host") == restarts


async def test_folders_that_are_watched_are_told_with_their_last_scan(api: Api) -> None:
    await watch("/drop/there", scanned_s=60)
    await watch("/drop/gone", SourceState.OFFLINE, scanned_s=7200)
    await watch("/drop/new", scanned_s=None)
    await make.make_source(Path("/drop/earlier"))
    told = await scrape(api)
    online = {"/drop/there": 1, "/drop/gone": 0, "/drop/new": 1}
    assert values(told["thumper_source_online"], "source") == online
    ages = values(told["thumper_last_scan_age_seconds"], "source")
    assert ages == pytest.approx({"/drop/there": 60, "/drop/gone": 7200}, abs=30)


async def test_ages_of_the_queue_of_files_and_of_the_backup_are_told(api: Api) -> None:
    told = await scrape(api)
    assert (
        only(told["thumper_queue_oldest_age_seconds"]) == only(told["thumper_files_oldest_age_seconds"]) == 0
    )
    assert told["thumper_last_backup_age_seconds"].samples == []
    await store_images(2)
    first = await Job.all().order_by("id").first()
    await Job.filter(id=first and first.id).update(queued_at=seconds_ago(500), not_before=seconds_ago(400))
    await store_images(1, held=True)
    await watch("/drop/there")
    dump = await make.make_dump(source=await Source.get(display_path="/drop/there"))
    file = await make.make_file(dump, FileState.SEEN)
    await File.filter(id=file.id).update(seen_at=seconds_ago(700))
    await Backup.create(taken_at=make.NOON)
    await Backup.filter(id=(await Backup.create(taken_at=make.NOON)).id).update(taken_at=seconds_ago(900))
    told = await scrape(api)
    ages = {
        name: only(told[f"thumper_{name}_age_seconds"])
        for name in ("queue_oldest", "files_oldest", "last_backup")
    }
    assert ages == pytest.approx({"queue_oldest": 400, "files_oldest": 700, "last_backup": 900}, abs=30)


async def test_disks_are_told_as_long_as_they_answer(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_space, "measure", lambda _: Space(1000 * MB, 3 * MB, None))
    told = await scrape(api)
    assert values(told["thumper_disk_free_bytes"], "root") == {"pictures": 3 * MB}
    assert values(told["thumper_disk_reserve_bytes"], "root") == {"pictures": 20 * MB}

    def fail_to_look(_: Path) -> Space:
        raise PermissionError

    monkeypatch.setattr(disk_space, "measure", fail_to_look)
    assert (await scrape(api))["thumper_disk_free_bytes"].samples == []


async def test_subscriptions_are_told_while_they_are_open(api: Api) -> None:
    async def are(number: int) -> bool:
        return only((await scrape(api))["thumper_subscribers"]) == number

    async with subscribed(api.url, "subscription { status { seq } }") as first:
        await first.next()
        async with subscribed(api.url, "subscription { imageProcessed { seq } }") as second:
            await second.next()
            assert await are(2)
        await until(lambda: are(1))
    await until(lambda: are(0))


async def test_requests_are_timed_by_address_without_what_clients_make_up(api: Api) -> None:
    await api.ask("{ images { totalCount } }")
    for path in ("/health/live", "/media/1/thumb", "/media/2/thumb", "/no/such/1", "/no/such/2"):
        await api.http.get(path)
    await api.http.request("BREW", "/graphql")
    family = (await scrape(api))["thumper_http_request_duration_seconds"]
    counts = {
        tuple(own.labels[label] for label in ("method", "path", "status")): own.value
        for own in family.samples
        if own.name.endswith("_count")
    }
    assert counts == {
        ("POST", "/graphql", "200"): 1,
        ("GET", "/health/live", "200"): 1,
        ("GET", "/media", "400"): 2,
        ("GET", "other", "404"): 2,
        ("other", "/graphql", "405"): 1,
    }
    assert all(own.value > 0 for own in family.samples if own.name.endswith("_sum"))


async def everything(api: Api) -> dict[str, Metric]:
    """Return a scrape in which no metric is without a sample."""
    await store_images(2)
    await detect(1)
    worker = await processes.register(Life(role=ProcessRole.WORK))
    stages = (StageTime(Stage.LOAD, 0.005),)
    await processes.beat(worker, Beat(state=ProcessState.BUSY, images_per_s=21.5, stages=stages))
    await watch("/drop/there")
    await Backup.create(taken_at=make.NOON)
    await scrape(api)  # the first request that is timed
    told = await scrape(api)
    assert [name for name, family in told.items() if not family.samples] == []
    return told


def exposed(family: Metric) -> str:
    """Return the name that is asked for."""
    return f"{family.name}_total" if family.type == "counter" else family.name


async def test_every_metric_is_documented_with_its_type_and_labels_and_no_other(api: Api) -> None:
    told = await everything(api)
    row = re.compile(r"^\| `(thumper_\w+)(?:\{([\w,]+)\})?` \| (\w+) \| \w", re.MULTILINE)
    documented = {
        name: (kind, set(labels.split(",")) - {""})
        for name, labels, kind in row.findall((DOCS / "monitoring.md").read_text(encoding="utf-8"))
    }
    assert documented == {
        exposed(family): (family.type, {key for own in family.samples for key in own.labels} - {"le"})
        for family in told.values()
    }
    assert all(family.documentation for family in told.values())


async def test_the_version_and_its_schema_are_told(api: Api) -> None:
    (build,) = (await scrape(api))["thumper_build_info"].samples
    assert (build.labels["version"], build.labels["schema"]) == (__version__, known_migrations()[-1])
    assert build.value == 1


async def test_every_alert_asks_for_metrics_and_labels_that_exist_and_says_what_to_do(api: Api) -> None:
    told = await everything(api)
    series = {own.name: set(own.labels) for family in told.values() for own in family.samples}
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    assert len({rule["alert"] for rule in group["rules"]}) == len(group["rules"]) == 12
    for rule in group["rules"]:
        asked = set(re.findall(r"\bthumper_\w+", rule["expr"]))
        assert asked <= series.keys(), rule["alert"]
        known = set().union(*(series[name] for name in asked)) | {"instance"}
        words = " ".join(rule["annotations"].values())
        assert set(re.findall(r"\$labels\.(\w+)", words)) <= known, rule["alert"]
        assert rule["annotations"]["remedy"].endswith(".")
        assert rule["labels"]["severity"] in {"critical", "warning"}


async def test_without_the_database_there_are_no_figures(settings: Settings, database_url: str) -> None:
    wire = Wire(database_url)
    await wire.open()
    async with running_api(settings.model_copy(update={"database_url": wire.url})) as api:
        wire.cut()
        assert (await api.http.get("/metrics")).status_code == 503
    await wire.close()
