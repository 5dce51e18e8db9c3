"""One loader a relation: what the items of a page ask for at the same moment is one SQL statement.

Over a WebSocket one context serves a whole connection, so there loaders cache nothing: a cached answer would never
change again. Elsewhere what they keep is forgotten when a mutation has changed something (`clear`).
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from thumper.domain.clock_question import ClockQuestion
from thumper.domain.clock_warning import ClockGroup
from thumper.domain.waiting import Waiting
from thumper.graphql.shared.batch_loader import ChoiceLoader, Loader, Read
from thumper.ingest import original_tags
from thumper.ingest.exif_tags import WrittenTag
from thumper.ingest.original_tags import Original
from thumper.store import models
from thumper.store.deer import identity_search, known_deer
from thumper.store.deer.identity_search import IdentityDecisionSearch
from thumper.store.deer.sighting_search import SightingSearch
from thumper.store.files import dump_search, receipts, unplaced
from thumper.store.files.dump_search import FileSearch
from thumper.store.images import (
    bursts,
    detections,
    exif_values,
    image_counts,
    image_pages,
    images,
    marks,
    species_rows,
)
from thumper.store.images.bursts import Burst, Shot
from thumper.store.images.detections import BoxFilter
from thumper.store.images.exif_values import ExifValues
from thumper.store.images.images import ImageSearch
from thumper.store.places import cameras, deployments, locations, property_maps, relocation_search, scenes
from thumper.store.places.deployments import DeploymentSearch
from thumper.store.postgres import page
from thumper.store.postgres.page import Cut, Listing, Order, Page
from thumper.store.postgres.search import Search
from thumper.store.status import waiting_images
from thumper.store.times import clock_confirmations, clock_fixes, clock_questions

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
C = TypeVar("C", bound=Hashable)

ROWS: Final[dict[str, Listing[Any]]] = {
    "Image": images.IMAGES,
    "PropertyMap": property_maps.MAPS,
    **{
        model.__name__: page.whole_table(model)
        for model in (
            models.AuditEntry,
            models.Batch,
            models.Camera,
            models.ClockFix,
            models.Deer,
            models.Deletion,
            models.Deployment,
            models.Detection,
            models.Detector,
            models.Dump,
            models.File,
            models.IdentityDecision,
            models.Location,
            models.Person,
            models.Relocation,
            models.Review,
            models.SceneChange,
            models.Session,
            models.Sighting,
            models.Source,
            models.Species,
            models.Token,
        )
    },
}
"""Every kind of record that is loaded by its id."""

SightingPage: TypeAlias = tuple[SightingSearch, Order, Cut]
DecisionPage: TypeAlias = tuple[IdentityDecisionSearch, Order, Cut]
StayPage: TypeAlias = tuple[DeploymentSearch, Order, Cut]
FilePage: TypeAlias = tuple[FileSearch, Order, Cut]
ImagePage: TypeAlias = tuple[ImageSearch, Order, Cut]


def _rows(listing: Listing[Any]) -> Callable[[list[UUID]], Awaitable[dict[UUID, Any]]]:
    async def read(ids: list[UUID]) -> dict[UUID, Any]:
        found = await page.read_all(listing, page.by_id(listing, ids), order=f"{listing.alias}.id")
        return {row.id: row for row in found}

    return read


def _pages(
    listing: Listing[Any],
) -> Callable[[Sequence[UUID], tuple[Search[Any], Order, Cut]], Awaitable[dict[UUID, Page[Any]]]]:
    async def read(
        parent_ids: Sequence[UUID], choice: tuple[Search[Any], Order, Cut]
    ) -> dict[UUID, Page[Any]]:
        search, order, cut = choice
        return await page.read_pages(
            listing, await search.prepared(), parent_ids=parent_ids, order=order, cut=cut
        )

    return read


def _totals(
    listing: Listing[Any],
) -> Callable[[Sequence[UUID], Search[Any]], Awaitable[dict[UUID, int]]]:
    async def count(parent_ids: Sequence[UUID], search: Search[Any]) -> dict[UUID, int]:
        return await page.count_each(listing, await search.prepared(), parent_ids=parent_ids)

    return count


AnyLoader: TypeAlias = Loader[Any, Any] | ChoiceLoader[Any, Any, Any]
L = TypeVar("L", bound=AnyLoader)


class _OnDemand(ABC, Generic[L]):
    """A loader of `Loaders`, made when it is first asked for: a page needs three of seventy."""

    _name: str

    def __set_name__(self, _owner: type[Loaders], name: str) -> None:
        self._name = name

    def __get__(self, loaders: Loaders, _owner: type[Loaders]) -> L:
        # From now on the instance has an attribute of this name, and Python looks there first.
        loader = loaders.__dict__[self._name] = self._make(cache=loaders.cache)
        loaders.made.append(loader)
        return loader

    @abstractmethod
    def _make(self, *, cache: bool) -> L: ...


class _Keyed(_OnDemand[Loader[K, V]]):
    """Made of a function that answers many keys at once; a missing answer is None."""

    def __init__(self, read: Read[K, V]) -> None:
        self._read = read

    def _make(self, *, cache: bool) -> Loader[K, V]:
        return Loader(self._read, cache=cache)


class _ByChoice(_OnDemand[ChoiceLoader[K, C, V]]):
    """Made of a function that answers many keys with the same choice."""

    def __init__(self, read: Callable[[list[K], C], Awaitable[Mapping[K, V]]]) -> None:
        self._read = read

    def _make(self, *, cache: bool) -> ChoiceLoader[K, C, V]:
        return ChoiceLoader(self._read, cache=cache)


class _ByNoun(dict[str, L]):
    """Loaders by the type of a record, each made when it is first asked for."""

    def __init__(self, make: Callable[[str], L], made: list[AnyLoader]) -> None:
        super().__init__()
        self._make, self._made = make, made

    def __missing__(self, noun: str) -> L:
        loader = self[noun] = self._make(noun)
        self._made.append(loader)
        return loader


class Loaders:
    """The loaders of one request or connection."""

    def __init__(self, *, cache: bool) -> None:
        self.cache = cache
        self.made: list[AnyLoader] = []
        self.rows: Mapping[str, Loader[UUID, Any]] = _ByNoun(
            lambda noun: Loader(_rows(ROWS[noun]), cache=cache), self.made
        )
        self.image_pages: Mapping[str, ChoiceLoader[UUID, ImagePage, Page[models.Image]]] = _ByNoun(
            lambda noun: ChoiceLoader(_pages(image_pages.IMAGES_OF[noun]), cache=cache), self.made
        )
        self.image_totals: Mapping[str, ChoiceLoader[UUID, ImageSearch, int]] = _ByNoun(
            lambda noun: ChoiceLoader(_totals(image_pages.IMAGES_OF[noun]), cache=cache), self.made
        )

    def clear(self) -> None:
        """Forget everything: what is asked for from now on is read anew."""
        for loader in self.made:
            loader.clear()

    boxes = _ByChoice[UUID, BoxFilter, list[models.Detection]](detections.of_images)
    boxes_by_ordinal = _Keyed[tuple[UUID, int], models.Detection | None](detections.by_ordinal)
    image_figures = _Keyed[UUID, images.JobFigures | None](images.figures)
    waiting = _Keyed[UUID, Waiting | None](waiting_images.why)
    sightings = _Keyed[UUID, models.Sighting | None](known_deer.sightings_of)
    reviews = _Keyed[UUID, list[models.Review]](detections.reviews)
    species = _Keyed[str, models.Species | None](species_rows.of_names)
    marks = _Keyed[UUID, list[models.Mark]](marks.of_images)
    batch_images = _Keyed[UUID, image_counts.ImageCounts](image_counts.of_batches)
    bursts = _Keyed[Shot, Burst | None](bursts.of_shots)
    exif = _Keyed[UUID, ExifValues | None](exif_values.of_images)
    exif_tags = _Keyed[Original, list[WrittenTag] | None](original_tags.read)
    deer_figures = _Keyed[UUID, known_deer.DeerFigures](known_deer.figures)
    deer_locations = _Keyed[UUID, list[models.Location]](known_deer.locations)
    best_photos = _Keyed[UUID, list[models.Detection]](known_deer.best_photos)
    sighting_pages = _ByChoice[UUID, SightingPage, Page[models.Sighting]](_pages(known_deer.SIGHTINGS))
    sighting_totals = _ByChoice[UUID, SightingSearch, int](_totals(known_deer.SIGHTINGS))
    detection_decisions = _Keyed[UUID, list[models.IdentityDecision]](identity_search.of_detections)
    decision_totals = _ByChoice[UUID, IdentityDecisionSearch, int](_totals(identity_search.DECISIONS))
    standing_decisions = _Keyed[UUID, bool](identity_search.standing)
    decision_pages = _ByChoice[UUID, DecisionPage, Page[models.IdentityDecision]](
        _pages(identity_search.DECISIONS)
    )
    map_spots = _Keyed[UUID, list[models.MapSpot]](property_maps.of_maps)
    location_spots = _Keyed[UUID, list[models.MapSpot]](property_maps.of_locations)
    deployment_clock_fixes = _Keyed[UUID, list[models.ClockFix]](clock_fixes.of_deployments)
    clock_fix_images = _Keyed[UUID, int](clock_fixes.image_counts)
    deployment_figures = _Keyed[UUID, deployments.DeploymentFigures](deployments.figures)
    deployment_scene_changes = _Keyed[UUID, list[models.SceneChange]](scenes.of_deployments)
    camera_stays = _ByChoice[UUID, DeploymentSearch, int](_totals(deployments.OF_CAMERA))
    location_stays = _ByChoice[UUID, DeploymentSearch, int](_totals(deployments.OF_LOCATION))
    camera_stay_pages = _ByChoice[UUID, StayPage, Page[models.Deployment]](_pages(deployments.OF_CAMERA))
    location_stay_pages = _ByChoice[UUID, StayPage, Page[models.Deployment]](_pages(deployments.OF_LOCATION))
    location_images = _Keyed[UUID, int](locations.image_counts)
    location_offsets = _Keyed[UUID, list[int] | None](locations.camera_offsets_s)
    location_other_names = _Keyed[UUID, list[str]](locations.other_names)
    camera_images = _Keyed[UUID, int](cameras.image_counts)
    dump_relocations = _Keyed[UUID, list[models.Relocation]](relocation_search.of_dumps)
    location_relocations = _Keyed[UUID, list[models.Relocation]](relocation_search.of_locations)
    relocation_images = _Keyed[UUID, int](relocation_search.image_counts)
    dump_damage = _Keyed[UUID, receipts.DamageCount](receipts.damage)
    dump_clocks = _Keyed[UUID, list[ClockGroup]](receipts.clocks)
    dump_clock_fixes = _Keyed[UUID, list[models.ClockFix]](clock_fixes.of_dumps)
    clock_questions = _Keyed[UUID, ClockQuestion | None](clock_questions.of_dumps)
    clock_confirmations = _Keyed[UUID, dt.datetime | None](clock_confirmations.of_dumps)
    first_deliveries = _Keyed[UUID, models.File | None](dump_search.first_deliveries)
    deleted_files = _Keyed[bytes, list[models.File] | None](dump_search.deleted_files)
    dump_images = _Keyed[UUID, image_counts.ImageCounts](image_counts.of_dumps)
    dump_file_images = _Keyed[UUID, image_counts.ImageCounts](image_counts.of_files)
    dump_held = _Keyed[UUID, int](image_counts.held)
    unplaced_cameras = _Keyed[UUID, list[unplaced.UnplacedCamera]](unplaced.cameras)
    known_before = _Keyed[UUID, unplaced.KnownBefore | None](unplaced.known_before)
    known_unplaced = _Keyed[UUID, list[unplaced.KnownUnplaced]](unplaced.known)
    mistyped = _Keyed[UUID, list[UUID] | None](unplaced.mistyped)
    file_pages = _ByChoice[UUID, FilePage, Page[models.File]](_pages(dump_search.FILES))
    # Last, for these hide the modules of their names.
    receipts = _Keyed[UUID, receipts.Receipt](receipts.of_dumps)
    unplaced = _Keyed[UUID, int](unplaced.counts)
