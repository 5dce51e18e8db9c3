"""What changed between one list of conditions and the next, each change once."""

from __future__ import annotations

import socket
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from thumper.cli.condition_view import ConditionView, ConditionWatch
from thumper.domain.condition import Condition
from thumper.domain.progress import ProcessRole

HERE = socket.gethostname()


def view(
    code: Condition, *, role: ProcessRole = ProcessRole.WORK, host: str = HERE, **values: Any
) -> ConditionView:
    return ConditionView(code=code, message=values.pop("message", "Words."), role=role, host=host, **values)


def offline(path: str = "/photos") -> ConditionView:
    return view(
        Condition.SOURCE_OFFLINE, role=ProcessRole.WATCH, host="", path=path, message="It is missing."
    )


def told(watch: ConditionWatch, *views: ConditionView) -> list[str]:
    return [change.sentence for change in watch.take(views)]


def test_a_condition_is_told_once_and_so_is_its_end() -> None:
    watch = ConditionWatch()
    assert told(watch, offline()) == ["It is missing."]
    assert told(watch, offline()) == []
    assert told(watch, offline(), offline("/share")) == ["It is missing."]
    assert told(watch, offline("/share")) == ["The drop folder /photos is back."]
    assert told(watch) == ["The drop folder /share is back."]
    assert told(watch) == []


def test_other_words_for_the_same_are_no_change() -> None:
    watch = ConditionWatch()
    told(watch, view(Condition.COMPARING_DETECTOR, message="12 of 100 boxes."))
    assert told(watch, view(Condition.COMPARING_DETECTOR, message="30 of 100 boxes.")) == []


def test_a_full_disk_is_the_same_whichever_process_reports_it() -> None:
    watch = ConditionWatch()
    told(watch, view(Condition.DISK_FULL, role=ProcessRole.WORK))
    assert told(watch, view(Condition.DISK_FULL, role=ProcessRole.WATCH)) == []
    assert told(watch, view(Condition.DISK_FULL, host="house")) == [
        "The disk has room again; everything goes on.",
        "Words.",
    ]


def test_what_a_process_was_in_that_is_gone_or_starts_anew_is_not_said_to_be_over() -> None:
    watch = ConditionWatch()
    told(watch, view(Condition.PREPARING_DETECTOR))
    assert told(watch, view(Condition.NOT_RUNNING, host="", message="No worker runs.")) == ["No worker runs."]
    assert told(watch, view(Condition.PREPARING_DETECTOR)) == ["Words."]
    assert told(watch, view(Condition.DETECTOR_FAILED, message="CUDA error.")) == ["CUDA error."]
    assert told(watch, view(Condition.SILENT, host="house", message="Silent.")) == [
        "The detector works again.",
        "Silent.",
    ], "a worker of another machine"
    watch = ConditionWatch()
    told(watch, offline())
    assert told(watch, view(Condition.SILENT, role=ProcessRole.WATCH, message="Silent.")) == ["Silent."], (
        "whether the folder is back is not known"
    )


def test_a_worker_that_becomes_ready_says_so() -> None:
    watch = ConditionWatch()
    told(watch, view(Condition.PREPARING_DETECTOR))
    assert told(watch, view(Condition.GPU_UNUSABLE, message="On the CPU.")) == [
        "The worker is ready.",
        "On the CPU.",
    ]


def test_a_process_of_another_machine_is_told_with_its_machine() -> None:
    watch = ConditionWatch()
    told(watch, view(Condition.PREPARING_DETECTOR, host="barn"), view(Condition.PREPARING_DETECTOR))
    assert told(watch) == ["The worker on barn is ready.", "The worker is ready."]


def test_a_log_gets_what_programs_filter_by() -> None:
    assert offline().fields == {"condition": "SOURCE_OFFLINE", "role": "watch", "path": "/photos"}
    assert view(Condition.SILENT).fields == {"condition": "SILENT", "role": "work", "host": HERE}


@given(st.lists(st.lists(st.sampled_from([offline("/a"), offline("/b"), view(Condition.DISK_FULL)]))))
def test_begins_and_ends_of_one_condition_take_turns(steps: list[list[ConditionView]]) -> None:
    watch, standing = ConditionWatch(), set[tuple[str, ...]]()
    for views in steps:
        for change in watch.take(views):
            assert change.over is (change.view.key in standing)
            standing ^= {change.view.key}
        assert standing == {one.key for one in views}
