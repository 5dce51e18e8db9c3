"""The metrics, read with Prometheus's own parser."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.api import Api, running_api
from tests.faults.proxy import Wire
from tests.pipeline import claim, detect, fail, store_images
from thumper.domain.progress import ProcessRole, ProcessState
from thumper.domain.stage import Stage, StageTime
from thumper.settings import Settings
from thumper.store.status import processes
from thumper.store.status.processes import Beat, Life

Samples = dict[tuple[str, str], float]


async def _read(api: Api) -> Samples:
    """Return the values by name and label."""
    answer = await api.http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    return {(sample.name, _telling(sample.labels)): sample.value for sample in samples}


def _telling(labels: dict[str, str]) -> str:
    return next((labels[key] for key in ("state", "stage", "role") if key in labels), "")


async def test_counts_speed_and_stages_are_told(api: Api) -> None:
    await store_images(7)
    await detect(2)
    await fail(1)
    await claim(1)
    worker = await processes.register(Life(role=ProcessRole.WORK, restarts=3))
    stages = (StageTime(Stage.LOAD, 0.005), StageTime(Stage.DETECT, 0.04))
    await processes.beat(worker, Beat(state=ProcessState.BUSY, images_per_s=21.5, stages=stages))
    told = await _read(api)
    assert [told["thumper_images", state] for state in ("pending", "processing", "completed", "failed")] == [
        3,
        1,
        2,
        1,
    ]
    assert (told["thumper_queue_depth", ""], told["thumper_files_arriving", ""]) == (3, 0)
    assert (told["thumper_process_up", "work"], told["thumper_process_restarts", "work"]) == (1, 3)
    assert told["thumper_worker_images_per_second", ""] == 21.5
    assert told["thumper_worker_stage_seconds_per_image", "detect"] == 0.04
    assert told["thumper_worker_stage_seconds_per_image", "load"] == 0.005


async def test_without_the_database_there_are_no_figures(settings: Settings, database_url: str) -> None:
    wire = Wire(database_url)
    await wire.open()
    async with running_api(settings.model_copy(update={"database_url": wire.url})) as api:
        wire.cut()
        assert (await api.http.get("/metrics")).status_code == 503
    await wire.close()
