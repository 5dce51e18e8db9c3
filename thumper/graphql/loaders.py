"""One loader a relation: what the items of a page ask for at the same moment is one SQL statement.

Over a WebSocket one context serves a whole connection, so there loaders cache nothing: a cached answer would never
change again. Elsewhere what they keep is forgotten when a mutation has changed something (`clear`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

from thumper.domain.clock_question import ClockQuestion
from thumper.domain.clock_warning import ClockGroup
from thumper.domain.waiting import Waiting
from thumper.graphql.shared.batch_loader import ChoiceLoader, Loader
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


class Loaders:
    """The loaders of one request or connection."""

    def __init__(self, *, cache: bool) -> None:
        self._cache = cache
        self._all: list[Loader[Any, Any] | ChoiceLoader[Any, Any, Any]] = []
        self.rows: dict[str, Loader[UUID, Any]] = {
            name: self._loader(_rows(listing)) for name, listing in ROWS.items()
        }
        self.boxes: ChoiceLoader[UUID, BoxFilter, list[models.Detection]] = self._by_choice(
            detections.of_images
        )
        self.boxes_by_ordinal: Loader[tuple[UUID, int], models.Detection | None] = self._loader(
            detections.by_ordinal
        )
        self.image_figures: Loader[UUID, images.JobFigures | None] = self._loader(images.figures)
        self.waiting: Loader[UUID, Waiting | None] = self._loader(waiting_images.why)
        self.sightings: Loader[UUID, models.Sighting | None] = self._loader(known_deer.sightings_of)
        self.reviews: Loader[UUID, list[models.Review]] = self._loader(detections.reviews)
        self.species: Loader[str, models.Species | None] = self._loader(species_rows.of_names)
        self.marks: Loader[UUID, list[models.Mark]] = self._loader(marks.of_images)
        self.batch_images: Loader[UUID, image_counts.ImageCounts] = self._loader(image_counts.of_batches)
        self._load_images()
        self._load_deer()
        self._load_places()
        self._load_dumps()
        self._load_relocations()

    def _load_images(self) -> None:
        self.bursts: Loader[Shot, Burst | None] = self._loader(bursts.of_shots)
        self.exif: Loader[UUID, ExifValues | None] = self._loader(exif_values.of_images)
        self.exif_tags: Loader[Original, list[WrittenTag] | None] = self._loader(original_tags.read)
        self.image_pages: dict[str, ChoiceLoader[UUID, ImagePage, Page[models.Image]]] = {
            noun: self._by_choice(_pages(listing)) for noun, listing in image_pages.IMAGES_OF.items()
        }
        self.image_totals: dict[str, ChoiceLoader[UUID, ImageSearch, int]] = {
            noun: self._by_choice(_totals(listing)) for noun, listing in image_pages.IMAGES_OF.items()
        }

    def _load_deer(self) -> None:
        self.deer_figures: Loader[UUID, known_deer.DeerFigures] = self._loader(known_deer.figures)
        self.deer_locations: Loader[UUID, list[models.Location]] = self._loader(known_deer.locations)
        self.best_photos: Loader[UUID, list[models.Detection]] = self._loader(known_deer.best_photos)
        self.sighting_pages: ChoiceLoader[UUID, SightingPage, Page[models.Sighting]] = self._by_choice(
            _pages(known_deer.SIGHTINGS)
        )
        self.sighting_totals: ChoiceLoader[UUID, SightingSearch, int] = self._by_choice(
            _totals(known_deer.SIGHTINGS)
        )
        self.detection_decisions: Loader[UUID, list[models.IdentityDecision]] = self._loader(
            identity_search.of_detections
        )
        self.decision_totals: ChoiceLoader[UUID, IdentityDecisionSearch, int] = self._by_choice(
            _totals(identity_search.DECISIONS)
        )
        self.standing_decisions: Loader[UUID, bool] = self._loader(identity_search.standing)
        self.decision_pages: ChoiceLoader[UUID, DecisionPage, Page[models.IdentityDecision]] = (
            self._by_choice(_pages(identity_search.DECISIONS))
        )

    def _load_places(self) -> None:
        self.map_spots: Loader[UUID, list[models.MapSpot]] = self._loader(property_maps.of_maps)
        self.location_spots: Loader[UUID, list[models.MapSpot]] = self._loader(property_maps.of_locations)
        self.deployment_clock_fixes: Loader[UUID, list[models.ClockFix]] = self._loader(
            clock_fixes.of_deployments
        )
        self.clock_fix_images: Loader[UUID, int] = self._loader(clock_fixes.image_counts)
        self.deployment_figures: Loader[UUID, deployments.DeploymentFigures] = self._loader(
            deployments.figures
        )
        self.deployment_scene_changes: Loader[UUID, list[models.SceneChange]] = self._loader(
            scenes.of_deployments
        )
        self.camera_stays: ChoiceLoader[UUID, DeploymentSearch, int] = self._by_choice(
            _totals(deployments.OF_CAMERA)
        )
        self.location_stays: ChoiceLoader[UUID, DeploymentSearch, int] = self._by_choice(
            _totals(deployments.OF_LOCATION)
        )
        self.camera_stay_pages: ChoiceLoader[UUID, StayPage, Page[models.Deployment]] = self._by_choice(
            _pages(deployments.OF_CAMERA)
        )
        self.location_stay_pages: ChoiceLoader[UUID, StayPage, Page[models.Deployment]] = self._by_choice(
            _pages(deployments.OF_LOCATION)
        )
        self.location_images: Loader[UUID, int] = self._loader(locations.image_counts)
        self.location_offsets: Loader[UUID, list[int] | None] = self._loader(locations.camera_offsets_s)
        self.location_other_names: Loader[UUID, list[str]] = self._loader(locations.other_names)
        self.camera_images: Loader[UUID, int] = self._loader(cameras.image_counts)

    def _load_relocations(self) -> None:
        self.dump_relocations: Loader[UUID, list[models.Relocation]] = self._loader(
            relocation_search.of_dumps
        )
        self.location_relocations: Loader[UUID, list[models.Relocation]] = self._loader(
            relocation_search.of_locations
        )
        self.relocation_images: Loader[UUID, int] = self._loader(relocation_search.image_counts)

    def _load_dumps(self) -> None:
        self.receipts: Loader[UUID, receipts.Receipt] = self._loader(receipts.of_dumps)
        self.dump_damage: Loader[UUID, receipts.DamageCount] = self._loader(receipts.damage)
        self.dump_clocks: Loader[UUID, list[ClockGroup]] = self._loader(receipts.clocks)
        self.dump_clock_fixes: Loader[UUID, list[models.ClockFix]] = self._loader(clock_fixes.of_dumps)
        self.clock_questions: Loader[UUID, ClockQuestion | None] = self._loader(clock_questions.of_dumps)
        self.clock_confirmations: Loader[UUID, dt.datetime | None] = self._loader(
            clock_confirmations.of_dumps
        )
        self.first_deliveries: Loader[UUID, models.File | None] = self._loader(dump_search.first_deliveries)
        self.deleted_files: Loader[bytes, list[models.File] | None] = self._loader(dump_search.deleted_files)
        self.dump_images: Loader[UUID, image_counts.ImageCounts] = self._loader(image_counts.of_dumps)
        self.dump_file_images: Loader[UUID, image_counts.ImageCounts] = self._loader(image_counts.of_files)
        self.dump_held: Loader[UUID, int] = self._loader(image_counts.held)
        self.unplaced: Loader[UUID, int] = self._loader(unplaced.counts)
        self.unplaced_cameras: Loader[UUID, list[unplaced.UnplacedCamera]] = self._loader(unplaced.cameras)
        self.known_before: Loader[UUID, unplaced.KnownBefore | None] = self._loader(unplaced.known_before)
        self.known_unplaced: Loader[UUID, list[unplaced.KnownUnplaced]] = self._loader(unplaced.known)
        self.mistyped: Loader[UUID, list[UUID] | None] = self._loader(unplaced.mistyped)
        self.file_pages: ChoiceLoader[UUID, FilePage, Page[models.File]] = self._by_choice(
            _pages(dump_search.FILES)
        )

    def _loader(self, read: Callable[[list[K]], Awaitable[dict[K, V]]]) -> Loader[K, Any]:
        """Make a loader of a function that answers many keys at once; a missing answer is None."""
        loader: Loader[K, Any] = Loader(read, cache=self._cache)
        self._all.append(loader)
        return loader

    def _by_choice(self, read: Callable[[Sequence[K], C], Awaitable[dict[K, V]]]) -> ChoiceLoader[K, C, V]:
        """Make a loader of a function that answers many keys with the same choice."""
        loader = ChoiceLoader(read, cache=self._cache)
        self._all.append(loader)
        return loader

    def clear(self) -> None:
        """Forget everything: what is asked for from now on is read anew."""
        for loader in self._all:
            loader.clear()


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
