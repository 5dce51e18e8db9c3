"""What an image waits for, and what keeps work waiting altogether, by the API."""

from __future__ import annotations

from tests.api import Api
from tests.pipeline import detect, store_images
from thumper.domain.condition import Condition
from thumper.domain.progress import ProcessRole, ProcessState
from thumper.store.status import processes
from thumper.store.status.processes import Beat, Life

QUERY = """{ images(orderBy: {field: ARRIVED, direction: ASC}) { nodes {
    state waitingFor { reason message ahead retryAt condition } } }
  status { worker { condition } conditions { code severity message process { role } source { path } } } }"""


async def test_an_image_waits_for_the_worker_and_the_worker_for_its_detector(api: Api) -> None:
    await store_images(2)
    await detect(1)
    watcher = await processes.register(Life(role=ProcessRole.WATCH))
    await processes.beat(watcher, Beat(state=ProcessState.IDLE))
    message = "The detector is prepared for this machine; that happens once."
    worker = await processes.register(Life(role=ProcessRole.WORK))
    await processes.beat(
        worker, Beat(state=ProcessState.STARTING, condition=Condition.PREPARING_DETECTOR, message=message)
    )
    answer = await api.ask(QUERY)
    done, waiting = answer["images"]["nodes"]
    assert done == {"state": "COMPLETED", "waitingFor": None}
    assert waiting["waitingFor"] == {
        "reason": "WORKER_WAITS",
        "message": f"The worker waits, too: {message}",
        "ahead": None,
        "retryAt": None,
        "condition": "PREPARING_DETECTOR",
    }
    assert answer["status"] == {
        "worker": {"condition": "PREPARING_DETECTOR"},
        "conditions": [
            {
                "code": "PREPARING_DETECTOR",
                "severity": "INFO",
                "message": message,
                "process": {"role": "WORK"},
                "source": None,
            }
        ],
    }
