"""The rules for what may be asked by: a filter by what is withheld would tell it.

What a change takes is ruled by its mutation; only what not everybody may say who may make it stands apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from thumper.graphql.access.rule import ADMINS, CHANGERS, EVERYBODY, FRAME, MEMBERS, WATCHERS, Names

_FILTERS: Final[dict[str, Names]] = {
    "ImageFilter": {
        EVERYBODY: "locationId locationIds withoutLocation cameraId cameraIds withoutCamera deploymentId"
        " state states media damaged takenAfter takenBefore withoutTakenAt arrivedAfter arrivedBefore"
        " timeSource clockSuspect clockDoubt offsetUnreadable withoutDeer seenAsEmpty"
        " withoutDetections species sex lifeStage minConfidence deerId reviewed"
        " date dateAfter dateBefore timeOfDayAfter timeOfDayBefore burstImageId",
        MEMBERS: "dumpId deliveredAgain fileName path starred tag withoutNote",
    },
    "DetectionFilter": {
        EVERYBODY: "imageId locationId locationIds withoutLocation cameraId cameraIds withoutCamera"
        " detectorId drawn species sex lifeStage label labels predictedLabel minConfidence deerId"
        " withoutDeer reviewed verdict includeDuplicates takenAfter takenBefore withoutTakenAt"
        " date dateAfter dateBefore timeOfDayAfter timeOfDayBefore burstImageId",
        MEMBERS: "dumpId",
    },
    "CameraFilter": {EVERYBODY: "locationId", MEMBERS: "serial nameContains"},
    "DeerFilter": {EVERYBODY: "nameContains sex status seenAfter seenBefore locationId minSightingCount"},
    "DeploymentFilter": {EVERYBODY: "locationId cameraId present openedAfter openedBefore"},
    "IdentityDecisionFilter": {
        MEMBERS: "deerId detectionId imageId verdicts standing createdAfter createdBefore"
    },
    "LocationFilter": {EVERYBODY: "nameContains active shared withoutCoordinates"},
    "ReviewFilter": {MEMBERS: "detectionId imageId verdict undone createdAfter createdBefore"},
    "SightingFilter": {
        EVERYBODY: "deerId imageId locationId takenAfter takenBefore createdAfter createdBefore"
    },
    "SpeciesFilter": {EVERYBODY: "nameContains origin"},
    "FileFilter": {WATCHERS: "state settled reason damaged incomplete"},
    "BatchFilter": {MEMBERS: "kind finished createdAfter createdBefore"},
    "ClockFixFilter": {MEMBERS: "dumpId deploymentId undone createdAfter createdBefore"},
    "DeletionFilter": {MEMBERS: "undone dumpId fileName path"},
    "DumpFilter": {
        MEMBERS: "locationId locationIds withoutLocation arrivedAfter arrivedBefore settled clockAsked broughtImages"
        " deliveredFrom"
    },
    "AuditEntryFilter": {ADMINS: "actorName personId action refused createdAfter createdBefore"},
    "PersonFilter": {ADMINS: "role removed name"},
    "SessionFilter": {ADMINS: "personId ended"},
    "TokenFilter": {ADMINS: "personId ended"},
    "RelocationFilter": {MEMBERS: "dumpId locationId undone"},
}

ORDERS: Final[Names] = {
    EVERYBODY: "CameraOrder DeerOrder DeploymentOrder DetectionOrder ImageOrder LocationOrder"
    " SightingOrder SpeciesOrder",
    WATCHERS: "FileOrder",
    ADMINS: "AuditEntryOrder PersonOrder SessionOrder TokenOrder",
    MEMBERS: "BatchOrder ClockFixOrder DeletionOrder DumpOrder IdentityDecisionOrder RelocationOrder"
    " ReviewOrder",
}
"""Each has a field and a direction. None of those for everybody sorts by what is withheld, or sorts masked values."""

_CHANGES: Final[Mapping[str, str]] = {
    "AddDetectionInput": "imageId box label species sex lifeStage note",
    "AddSpeciesInput": "scientificName commonName",
    "CancelUploadInput": "dumpId",
    "ConfirmClocksInput": "dumpIds",
    "CreateDeerInput": "name sex status notes",
    "CreateLocationInput": "name description coordinates timeZone active",
    "CreateSignInLinkInput": "personId",
    "CreateTokenInput": "name scopes expiresAt",
    "CreateUploadInput": "files locationId dumpId detect again",
    "DecideIdentityInput": "detectionIds deerId verdict note",
    "DeleteDeerInput": "deerId",
    "DeleteImagesInput": "imageIds note",
    "DeleteLocationInput": "locationId",
    "DetectPendingInput": "locationId dumpId limit",
    "FixClockInput": "dumpId deploymentId offsetSeconds photo shownAfter shownBefore note",
    "InvitePersonInput": "name role",
    "MarkImagesEmptyInput": "imageIds rejectDetections",
    "MergeLocationsInput": "locationId intoId",
    "RecordLookInput": "lookedAt",
    "AnswerSceneChangeInput": "imageId moved",
    "PlaceLocationInput": "propertyMapId locationId x y",
    "DeletePropertyMapInput": "propertyMapId",
    "UnplaceLocationInput": "propertyMapId locationId",
    "UpdatePropertyMapInput": "propertyMapId name",
    "RedoReviewInput": "reviewId",
    "RemoveDetectionInput": "detectionId",
    "RemovePersonInput": "personId",
    "RestoreDetectionInput": "detectionId",
    "RetryDumpInput": "dumpId",
    "RetryFailedInput": "locationId dumpId limit",
    "ReviewDetectionInput": "detectionId verdict species sex lifeStage note seenReviewId",
    "ReviewDetectionsInput": "items",
    "RevokeSessionInput": "sessionId",
    "RevokeSignInLinksInput": "personId",
    "RevokeTokenInput": "tokenId",
    "SetImageNoteInput": "imageId text",
    "SetLocationInput": "dumpId cameraId deploymentId imageIds locationId locationName nowhere",
    "StarImagesInput": "imageIds",
    "TagImagesInput": "imageIds tags",
    "UnconfirmClocksInput": "dumpIds",
    "UndoClockFixInput": "clockFixId",
    "UndoDeletionsInput": "deletionIds",
    "UndoRelocationInput": "relocationId",
    "UndoReviewInput": "reviewId",
    "UnmarkImagesEmptyInput": "imageIds",
    "UnstarImagesInput": "imageIds",
    "UntagImagesInput": "imageIds tags",
    "UpdateDeerInput": "deerId name sex status notes",
    "UpdatePersonInput": "personId name role",
    "UpdateLocationInput": "locationId name description coordinates timeZone active",
}
"""Each has an idempotencyKey besides."""

_ONLY_OWNERS_SAY: Final[Mapping[str, str]] = {
    "CreateLocationInput": "shared",
    "UpdateLocationInput": "shared",
}

_PARTS: Final[dict[str, Names]] = {
    "BoxInput": {CHANGERS: "x y width height"},
    "CoordinatesInput": {CHANGERS: "latitude longitude"},
    "PhotoTakenInput": {CHANGERS: "imageId takenAtLocal takenAt"},
    "ReviewItemInput": {CHANGERS: "detectionId verdict species sex lifeStage note seenReviewId"},
}

INPUTS: Final[dict[str, Names]] = {
    **_FILTERS,
    **{name: {rule: "field direction"} for rule, names in ORDERS.items() for name in names.split()},
    **{
        name: {FRAME: "idempotencyKey", CHANGERS: fields, ADMINS: _ONLY_OWNERS_SAY.get(name, "")}
        for name, fields in _CHANGES.items()
    },
    **_PARTS,
}

ARGUMENTS: Final[Names] = {
    EVERYBODY: "Query.node.id Query.nodes.ids Query.image.id Query.detection.id Query.species.id"
    " Query.species.name Query.deer.id Query.deer.name Query.location.id Query.location.name"
    " Query.camera.id Query.deployment.id Query.detector.id Query.imageGroups.by"
    " Query.imageNeighbours.imageId"
    " Image.detections.minConfidence Image.detections.detectorId Image.detections.includeRejected"
    " Image.detections.includeDuplicates Image.signedUrls.expiresInSeconds",
    WATCHERS: "Query.dump.id Subscription.dumpProgress.dumpId Subscription.dumpProgress.after",
    ADMINS: "Query.person.id",
    MEMBERS: "Query.image.sha256 Query.tags.nameContains Query.relocation.id Query.propertyMap.id Query.clockFix.id"
    " Query.deletion.id Query.batch.id Subscription.status.after Subscription.batchProgress.batchId"
    " Subscription.batchProgress.after Subscription.imageProcessed.after"
    " Subscription.imageChanged.after Subscription.detectionAdded.after Subscription.deerSeen.deerId"
    " Subscription.deerSeen.after",
}
"""Arguments that are no filter, order, page or input; those are ruled by what they consist of."""
