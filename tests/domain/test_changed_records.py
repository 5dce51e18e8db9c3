"""Pages of changes name everything that happened, whatever their size, and the last word counts."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.changed_records import ChangedRecords, changed_records
from thumper.domain.feed import FeedEvent, FeedKind

OF_DUMPS = (FeedKind.CLOCK_FIXED, FeedKind.PLACE_CHANGED)
NO_NEWS = (FeedKind.FILE_SEEN, FeedKind.FILE_SETTLED, FeedKind.IMAGE_QUEUED)
OF_IMAGES = tuple(kind for kind in FeedKind if kind not in OF_DUMPS + NO_NEWS)


def an_image(number: int) -> UUID:
    return UUID(int=number)


def a_dump(number: int) -> UUID:
    return UUID(int=1000 + number)


@st.composite
def histories(draw: st.DrawFn) -> list[FeedEvent]:
    """Events as they happen: nothing happens to an image that is gone."""
    gone: set[UUID] = set()
    events = []
    told = draw(st.lists(st.tuples(st.sampled_from(list(FeedKind)), st.integers(0, 6)), min_size=1))
    for seq, (kind, number) in enumerate(told, 5):
        image_id = an_image(number) if kind in OF_IMAGES and an_image(number) not in gone else None
        if kind is FeedKind.IMAGE_DELETED and image_id is not None:
            gone.add(image_id)
        events.append(FeedEvent(seq=seq, kind=kind, image_id=image_id, dump_id=a_dump(number)))
    return events


def paged(events: list[FeedEvent], most: int) -> list[ChangedRecords]:
    pages = []
    while events:
        page = changed_records(events, most=most)
        assert len(page.images) + len(page.gone) + len(page.dumps) <= most
        assert page.seq >= events[0].seq, "at least one event is covered"
        pages.append(page)
        events = [event for event in events if event.seq > page.seq]
    return pages


@given(histories(), st.integers(1, 8))
def test_nothing_is_left_out_whatever_the_size_of_pages(events: list[FeedEvent], most: int) -> None:
    pages = paged(events, most)
    assert pages[-1].seq == events[-1].seq
    images, gone, dumps = set[UUID](), set[UUID](), set[UUID]()
    for page in pages:
        assert not gone & set(page.images), "what is gone never comes back"
        images |= set(page.images)
        gone |= set(page.gone)
        dumps |= set(page.dumps)
    touched = {event.image_id for event in events if event.image_id is not None}
    deleted = {event.image_id for event in events if event.kind is FeedKind.IMAGE_DELETED} - {None}
    assert gone == deleted
    assert touched - deleted <= images <= touched
    assert dumps == {event.dump_id for event in events if event.kind in OF_DUMPS}


def test_an_image_that_changed_and_went_is_gone() -> None:
    kinds = (FeedKind.IMAGE_STORED, FeedKind.DEER_SEEN, FeedKind.DEER_UNSEEN, FeedKind.IMAGE_DELETED)
    events = [FeedEvent(seq=seq, kind=kind, image_id=an_image(1)) for seq, kind in enumerate(kinds)]
    assert changed_records(events, most=9) == ChangedRecords(seq=3, images=(), gone=(an_image(1),), dumps=())


def test_every_kind_of_event_that_names_an_image_says_that_it_changed() -> None:
    for kind in OF_IMAGES:
        page = changed_records([FeedEvent(seq=7, kind=kind, image_id=an_image(1))], most=1)
        assert (*page.images, *page.gone) == (an_image(1),)
