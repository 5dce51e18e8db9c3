"""The table: each field of each type, with the rule for it.

Every field is named, so that one which is added has no rule until somebody thinks of one; a test compares with the
schema. What a field leads to has rules of its own. The order is that of `graphql`'s folders.
"""

from __future__ import annotations

from typing import Final

from thumper.graphql.access.rule import (
    ADMINS,
    CHANGERS,
    EVERYBODY,
    FRAME,
    HOLDERS,
    MEMBERS,
    OWNERS,
    PERSONAL,
    REVIEWERS,
    SENDERS,
    WATCHERS,
    Names,
)

_ROOTS: Final[dict[str, Names]] = {
    "Query": {
        EVERYBODY: "node nodes image images detection detections species allSpecies deer allDeer sightings"
        " location locations camera cameras deployment deployments detector detectors imageGroups"
        " imageNeighbours speciesCounts about",
        FRAME: "viewer",
        WATCHERS: "dump",
        MEMBERS: "tags propertyMap propertyMaps identityDecisions reviews relocation relocations setLocationPreview"
        " mergeLocationsPreview dumps clockFix clockFixes fixClockPreview clockSuspects deletion"
        " deletions batch batches status changes",
        ADMINS: "deleteImagesPreview person people sessions tokens auditEntries signInLinks doctor",
    },
    "Mutation": {
        REVIEWERS: "createLocation updateLocation setLocation mergeLocations undoRelocation createDeer"
        " placeLocation unplaceLocation answerSceneChange"
        " updateDeer decideIdentity addSpecies reviewDetection reviewDetections undoReview redoReview"
        " addDetection removeDetection restoreDetection markImagesEmpty unmarkImagesEmpty starImages"
        " unstarImages tagImages untagImages setImageNote detectPending retryFailed retryDump fixClock"
        " undoClockFix confirmClocks unconfirmClocks recordLook",
        SENDERS: "createUpload cancelUpload",
        HOLDERS: "revokeSession revokeToken",
        ADMINS: "updatePropertyMap deletePropertyMap"
        " deleteLocation deleteDeer deleteImages undoDeletions invitePerson createSignInLink updatePerson"
        " removePerson createToken revokeSignInLinks",
    },
    "Subscription": {
        WATCHERS: "dumpProgress",
        MEMBERS: "status batchProgress imageProcessed imageChanged detectionAdded deerSeen",
    },
}

_FRAMES: Final[dict[str, Names]] = {
    "Node": {FRAME: "id"},
    "PageInfo": {FRAME: "hasNextPage hasPreviousPage startCursor endCursor"},
    "Payload": {FRAME: "errors"},
    "Preview": {FRAME: "errors"},
    "LiveMessage": {FRAME: "seq snapshot"},
    "Actor": {MEMBERS: "name"},
}

_IMAGES: Final[dict[str, Names]] = {
    "Image": {
        EVERYBODY: "id takenAt timeSource clockSource clockOffsetSeconds offsetUnreadable dstEdge"
        " cameraClock takenAtLocal clockDoubt clockSuspect takenAtOther deployment seenAsEmpty"
        " sizeBytes mediaType widthPx heightPx temperatureCelsius batteryPercent batteryVolts"
        " moonPhase damaged state processedAt media durationSeconds arrivedAt coordinates sequence"
        " urls signedUrls error location camera detections burst",
        MEMBERS: "clockFix star tags note fileName sha256 exif job waitingFor dump firstDelivery",
    },
    "ImageUrls": {EVERYBODY: "thumb view", MEMBERS: "original"},
    "ImageError": {EVERYBODY: "code whatToDo", MEMBERS: "message"},
    "SeenAsEmpty": {EVERYBODY: "createdAt", MEMBERS: "actor"},
    "Sequence": {EVERYBODY: "number length"},
    "ImageNeighbours": {EVERYBODY: "cursor previous next"},
    "SpeciesCount": {EVERYBODY: "scientificName imageCount species latestImage"},
    "Burst": {EVERYBODY: "startedAt endedAt imageCount firstImage"},
    "Exif": {MEMBERS: "iso exposureSeconds fNumber flashFired comment description software tags"},
    "ExifTag": {MEMBERS: "name text"},
    "Star": {MEMBERS: "createdAt actor"},
    "Tag": {MEMBERS: "name imageCount"},
    "ImageTag": {MEMBERS: "name createdAt actor"},
    "ImageNote": {MEMBERS: "text createdAt actor"},
    "Job": {
        MEMBERS: "state held attemptCount queuedAt startedAt finishedAt device engine milliseconds detector"
    },
    "Waiting": {MEMBERS: "reason message ahead retryAt condition"},
    "Batch": {MEMBERS: "id kind createdAt progress"},
    "BatchProgress": {MEMBERS: "total pending processing completed failed finished"},
    "Deletion": {MEMBERS: "id note undoneAt sha256 deletedAt files"},
    "DeletionEffect": {
        ADMINS: "imageCount originalCount detectionCount reviewCount markCount sightingCount decisionCount fileCount"
        " filesLeftCount leftExamples"
    },
}

_DETECTIONS: Final[dict[str, Names]] = {
    "Detection": {
        EVERYBODY: "id ordinal removedAt duplicateOf verdict shown predicted counted frameSeconds box"
        " image detector drawn deer sighting",
        MEMBERS: "drawnBy removedBy identityDecisions reviews",
    },
    "Box": {EVERYBODY: "x y width height"},
    "Prediction": {EVERYBODY: "label confidence species sex lifeStage"},
    "ShownClass": {EVERYBODY: "sex lifeStage label species"},
    "Review": {
        MEMBERS: "id verdict sex lifeStage note createdAt undoneAt actor undoneBy species detection",
    },
    "Species": {EVERYBODY: "id scientificName commonName origin createdAt", MEMBERS: "actor"},
    "Detector": {EVERYBODY: "id name precision current createdAt sha256 labels", MEMBERS: "agreement"},
    "DetectorAgreement": {MEMBERS: "photoCount referenceBoxCount found close engine comparedAt"},
    "Label": {EVERYBODY: "sex lifeStage shown threshold name species"},
}

_DEER: Final[dict[str, Names]] = {
    "Deer": {
        EVERYBODY: "id name sex status createdAt firstSeen lastSeen locations bestPhoto images sightings",
        MEMBERS: "notes identityDecisions",
    },
    "Sighting": {EVERYBODY: "id createdAt deer detection image", MEMBERS: "actor"},
    "IdentityDecision": {MEMBERS: "id verdict note createdAt actor standing deer detection"},
    "TakenBack": {MEMBERS: "deer detection"},
}

_PLACES: Final[dict[str, Names]] = {
    "Location": {
        EVERYBODY: "id name shared timeZone active createdAt coordinates images imageCount"
        " effectiveTimeZone timeZoneSource deployments",
        MEMBERS: "mapSpots description mergedInto otherNames relocations coordinateDoubt",
    },
    "MapSpot": {MEMBERS: "x y propertyMap location"},
    "PropertyMap": {MEMBERS: "id name widthPx heightPx createdAt url spots"},
    "Coordinates": {EVERYBODY: "latitude longitude roundedToDegrees"},
    "CoordinateDoubt": {CHANGERS: "sentence advice likelyLongitude"},
    "Camera": {EVERYBODY: "id make model createdAt images imageCount deployments", MEMBERS: "serial name"},
    "Deployment": {
        EVERYBODY: "id closedAt openedAt camera location images imageCount firstTakenAt lastTakenAt",
        MEMBERS: "clockFixes sceneChanges",
    },
    "SceneChange": {
        MEMBERS: "createdAt moved answeredAt sentence whatToDo image imageBefore deployment",
    },
    "ImageGroups": {EVERYBODY: "imageCount groups"},
    "ImageGroup": {EVERYBODY: "date hour imageCount location"},
    "Relocation": {
        MEMBERS: "id createdAt undoneAt dump camera deployment mergedLocation location imageCount"
    },
    "RelocationEffect": {
        CHANGERS: "imageCount alreadyThereCount dumpCount moves clock deploymentCount deployments"
    },
    "ImagesMoved": {CHANGERS: "imageCount destinationName origin destination timeZoneBefore timeZoneAfter"},
    "DeploymentChange": {CHANGERS: "kind camera locationBefore locationAfter openedAt closedAt"},
}

_DUMPS: Final[dict[str, Names]] = {
    "Dump": {
        WATCHERS: "id number arrivedAt changedAt settledAt receipt fileImageCounts imageCounts"
        " heldImageCount files",
        MEMBERS: "folder source location clockFixes clocksConfirmedAt relocations images",
    },
    "ImageCounts": {WATCHERS: "total pending processing completed failed"},
    "Receipt": {
        WATCHERS: "found stored duplicate rejected videoCount sizeBytes waiting damaged incomplete"
        " rejections safeToWipe wipe",
        MEMBERS: "timeSources clockWarnings clockQuestion places",
    },
    "Rejections": {WATCHERS: "reason fileCount"},
    "Wipe": {
        WATCHERS: "checkedAt state safe sentence obstacles filesToCheckCount filesCheckedCount bytesChecked"
        " compareWithCard",
    },
    "WipeObstacle": {WATCHERS: "code sentence fileCount whatToDo", MEMBERS: "examples"},
    "CardComparison": {WATCHERS: "fileCount sizeBytes"},
    "File": {
        WATCHERS: "id sizeBytes state message seenAt settledAt path reason whatToDo dump",
        MEMBERS: "image firstDelivery",
    },
    "TimeSourceCount": {MEMBERS: "source imageCount"},
    "ClockWarningCount": {MEMBERS: "code imageCount sentence whatToDo"},
    "ReceiptPlaces": {MEMBERS: "unplaced cameras datedFolder didYouMean placed elsewhere known"},
    "UnplacedPhotos": {MEMBERS: "imageCount camera proposals"},
    "PlaceProposal": {MEMBERS: "name location reasons"},
    "KnownPhotos": {MEMBERS: "imageCount dump"},
    "Source": {MEMBERS: "kind state watchMode canaryAt lastScanAt", OWNERS: "path watchNote"},
    "Upload": {SENDERS: "fileName url expiresAt"},
}

_CLOCKS: Final[dict[str, Names]] = {
    "ClockFix": {
        MEMBERS: "id offsetSeconds note createdAt undoneAt shownAfter shownBefore dump deployment imageCount"
    },
    "ClockQuestion": {MEMBERS: "days proposedOffsetSeconds sentence whatToDo newest"},
    "ClockSuspects": {MEMBERS: "doubt imageCount dump camera deployment firstLocal lastLocal example"},
    "ClockEffect": {
        CHANGERS: "imageCount withoutReading changed gained lost impossible ahead ambiguous missing firstBefore"
        " lastBefore firstAfter lastAfter examples"
    },
    "ClockExample": {CHANGERS: "dstEdge image cameraClock takenAtBefore takenAtAfter"},
}

_PEOPLE: Final[dict[str, Names]] = {
    "Viewer": {FRAME: "name role scopes", PERSONAL: "person sessions tokens lastLookedAt asOf"},
    "Person": {PERSONAL: "id name role createdAt removedAt"},
    "Session": {PERSONAL: "id createdAt lastUsedAt expiresAt userAgent revokedAt person current"},
    "Token": {PERSONAL: "id name createdAt expiresAt lastUsedAt revokedAt scopes person"},
    "SignInLink": {ADMINS: "url qrCode expiresAt person"},
    "QrCode": {ADMINS: "size path"},
    "AuditEntry": {ADMINS: "id address action outcome recordCount createdAt actor recordIds"},
}

_LIVE: Final[dict[str, Names]] = {
    "Status": {
        MEMBERS: "unplacedImageCount heldImageCount imageCounts conditions"
        " queueDepth filesArrivingCount imagesPerSecond etaSeconds worker watcher api processes sources lastDumps"
    },
    "Condition": {MEMBERS: "code message severity process source"},
    "Process": {
        MEMBERS: "role condition message device detectorName detectorPrecision restartCount startedAt"
        " state imagesPerSecond stages limit heartbeatAgeSeconds",
        OWNERS: "host pid lastExit",
    },
    "DoctorReport": {ADMINS: "examinedAt level results notExamined"},
    "CheckResult": {ADMINS: "check level sentence remedy"},
    "About": {MEMBERS: "version schemaVersion", EVERYBODY: "licence sourceUrl documentationUrl"},
    "StageTime": {MEMBERS: "stage millisecondsPerImage imagesPerSecond"},
    "LastDump": {MEMBERS: "unplacedImageCount dump receipt imageCounts"},
    "Changes": {MEMBERS: "seq hasMore images deletedIds dumpsToReread detector"},
    "DumpMessage": {WATCHERS: "seq snapshot dump"},
    "StatusMessage": {MEMBERS: "seq snapshot status"},
    "BatchMessage": {MEMBERS: "seq snapshot batch"},
    "ImagesMessage": {MEMBERS: "seq snapshot images deletedIds"},
    "ChangedImagesMessage": {MEMBERS: "seq snapshot images deletedIds"},
    "DetectionsMessage": {MEMBERS: "seq snapshot detections"},
    "SightingsMessage": {MEMBERS: "seq snapshot sightings takenBack"},
}

NOUNS: Final[dict[str, Names]] = {
    **_ROOTS,
    **_FRAMES,
    **_IMAGES,
    **_DETECTIONS,
    **_DEER,
    **_PLACES,
    **_DUMPS,
    **_CLOCKS,
    **_LIVE,
    **_PEOPLE,
}

PAGES: Final[Names] = {
    EVERYBODY: "Camera Deer Deployment Detection Image Location Sighting Species",
    WATCHERS: "File",
    ADMINS: "AuditEntry Person Session Token",
    MEMBERS: "Batch ClockFix Deletion Dump IdentityDecision Relocation Review",
}
"""The nouns of which there are lists with pages: `ImageConnection`, `ImageEdge`."""

BY_ID: Final[Names] = {ADMINS: "AuditEntry Person Session Token"}
"""The nouns that `node` finds for fewer people than may see their own."""
