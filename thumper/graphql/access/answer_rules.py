"""The rules for what mutations and previews answer: the errors are a frame, the rest is for those who may ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from thumper.graphql.access.rule import (
    ADMINS,
    CHANGERS,
    FRAME,
    HOLDERS,
    MEMBERS,
    REVIEWERS,
    SENDERS,
    Names,
    Rule,
)

_PAYLOADS: Final[Mapping[Rule, Mapping[str, str]]] = {
    REVIEWERS: {
        "CreateLocationPayload UpdateLocationPayload": "didYouMean location",
        "SetLocationPayload MergeLocationsPayload UndoRelocationPayload": "relocation effect",
        "PlaceLocationPayload UnplaceLocationPayload": "propertyMap location",
        "AnswerSceneChangePayload": "sceneChange",
        "CreateDeerPayload UpdateDeerPayload": "deer",
        "DecideIdentityPayload": "decisions deer",
        "AddSpeciesPayload": "species",
        "ReviewDetectionPayload UndoReviewPayload RedoReviewPayload": "review detection",
        "ReviewDetectionsPayload": "reviews detections",
        "AddDetectionPayload RemoveDetectionPayload RestoreDetectionPayload": "detection",
        "MarkImagesEmptyPayload UnmarkImagesEmptyPayload StarImagesPayload UnstarImagesPayload": "images",
        "TagImagesPayload UntagImagesPayload": "images",
        "SetImageNotePayload": "image",
        "DetectPendingPayload RetryFailedPayload": "batch",
        "RetryDumpPayload": "dump retriedCount leftCount whyLeft",
        "FixClockPayload UndoClockFixPayload": "clockFix effect",
        "ConfirmClocksPayload": "confirmedCount dumpIds",
        "UnconfirmClocksPayload": "unconfirmedCount dumpIds",
        "RecordLookPayload": "lastLookedAt",
    },
    SENDERS: {"CreateUploadPayload": "dump uploads", "CancelUploadPayload": "dump closedCount"},
    ADMINS: {
        "DeleteLocationPayload DeleteDeerPayload DeletePropertyMapPayload": "deletedId",
        "UpdatePropertyMapPayload": "propertyMap",
        "DeleteImagesPayload": "deletions effect notErased",
        "UndoDeletionsPayload": "deletions",
        "DeleteImagesPreview": "effect",
        "InvitePersonPayload CreateSignInLinkPayload": "person link",
        "UpdatePersonPayload RemovePersonPayload": "person",
        "CreateTokenPayload": "token secret",
        "RevokeSignInLinksPayload": "revokedCount",
    },
    HOLDERS: {"RevokeSessionPayload": "session", "RevokeTokenPayload": "token"},
    MEMBERS: {
        "SetLocationPreview MergeLocationsPreview": "effect",
        "FixClockPreview": "offsetSeconds effect",
    },
}

_USER_ERRORS: Final[Mapping[str, str]] = {
    "UserError": "",
    "DeerAlreadyInImage": "conflictingDeer conflictingDetection",
    "DeerInUse": "sightingCount",
    "DetectionAssigned": "deer",
    "DetectionRejected": "",
    "DetectionRemoved": "",
    "IdempotencyKeyUsed": "mutation usedAt",
    "ImageHasDetections": "detectionCount",
    "ImageSeenAsEmpty": "image",
    "Invalid": "",
    "LastOwner": "",
    "LocationInUse": "imageCount dumpCount",
    "NameTaken": "name",
    "NotFound": "",
    "RelocatedSince": "laterRelocation",
    "ReviewedSince": "laterReview",
    "SpeciesNotListed": "didYouMean",
}
"""What each tells besides code, message and path."""

ANSWERS: Final[dict[str, Names]] = {
    **{
        name: {FRAME: "errors", rule: fields}
        for rule, kinds in _PAYLOADS.items()
        for names, fields in kinds.items()
        for name in names.split()
    },
    **{name: {FRAME: "code message path", CHANGERS: more} for name, more in _USER_ERRORS.items()},
}
