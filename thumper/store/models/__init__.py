"""The tables, one noun a file. Constraints that Tortoise cannot create are in the migrations.

A relation such as `image` has the column `image_id`, which the ORM makes; it is annotated below the relation for
readers and type checkers.
"""

from __future__ import annotations

from thumper.store.models.audit_entry import AuditEntry
from thumper.store.models.backup import Backup
from thumper.store.models.batch import Batch
from thumper.store.models.camera import Camera
from thumper.store.models.clock_confirmation import ClockConfirmation
from thumper.store.models.clock_fix import ClockFix
from thumper.store.models.credential import Session, SignInLink, Token
from thumper.store.models.deer import Deer, Sighting
from thumper.store.models.deletion import Deletion
from thumper.store.models.deployment import Deployment
from thumper.store.models.detection import Detection, DetectionRun
from thumper.store.models.detector import Detector
from thumper.store.models.dump import Dump, File, Source
from thumper.store.models.feed import Feed
from thumper.store.models.idempotency_key import IdempotencyKey
from thumper.store.models.identity_decision import IdentityDecision
from thumper.store.models.image import Image
from thumper.store.models.job import Job
from thumper.store.models.location import Location
from thumper.store.models.mark import Mark
from thumper.store.models.person import Person
from thumper.store.models.process import Process
from thumper.store.models.property_map import MapSpot, PropertyMap
from thumper.store.models.relocation import DeploymentMove, DumpMove, ImageMove, Relocation
from thumper.store.models.review import Review
from thumper.store.models.scene import SceneChange, SceneMemory
from thumper.store.models.species import Species
from thumper.store.models.upload import Upload

__all__ = [
    "AuditEntry",
    "Backup",
    "Batch",
    "Camera",
    "ClockConfirmation",
    "ClockFix",
    "Deer",
    "Deletion",
    "Deployment",
    "DeploymentMove",
    "Detection",
    "DetectionRun",
    "Detector",
    "Dump",
    "DumpMove",
    "Feed",
    "File",
    "IdempotencyKey",
    "IdentityDecision",
    "Image",
    "ImageMove",
    "Job",
    "Location",
    "MapSpot",
    "Mark",
    "Person",
    "Process",
    "PropertyMap",
    "Relocation",
    "Review",
    "SceneChange",
    "SceneMemory",
    "Session",
    "Sighting",
    "SignInLink",
    "Source",
    "Species",
    "Token",
    "Upload",
]
