"""Who is who as decisions that are appended; the species that boxes can be of; what a corrected box is called."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from thumper.domain.identity import IdentityVerdict
from thumper.domain.species import SpeciesOrigin
from thumper.store.postgres.ids import new_id

CHECKS = [
    "ALTER TABLE identity_decision ADD CONSTRAINT identity_decision_verdict"
    " CHECK (verdict IN ('is', 'is_not', 'unsure'))",
    "ALTER TABLE species ADD CONSTRAINT species_origin CHECK (origin IN ('built_in', 'detector', 'person'))",
    "ALTER TABLE species ADD CONSTRAINT species_actor CHECK ((origin = 'person') OR actor IS NULL)",
    "ALTER TABLE species ADD CONSTRAINT species_scientific_name CHECK (btrim(scientific_name) <> '')",
]
INDEXES = [
    "CREATE UNIQUE INDEX species_name_key ON species (lower(scientific_name))",
    "CREATE INDEX identity_decision_newest ON identity_decision (created_at, id)",
]

# Until now a sighting was all that was kept; each was somebody's word, and has the id of that word from now on.
DECISIONS = [
    "INSERT INTO identity_decision (id, detection_id, deer_id, verdict, note, actor, created_at)"
    " SELECT id, detection_id, deer_id, 'is', '', actor, created_at FROM sighting",
]
KEYS = [
    "ALTER TABLE sighting ADD CONSTRAINT sighting_decision_fkey FOREIGN KEY (id) REFERENCES identity_decision (id)",
]

# What deer cameras in North America see. Names as in the labels of SpeciesNet (github.com/google/cameratrapai,
# always_crop_99710272_22x8_v12_epoch_00148.labels.txt).
BUILT_IN = (
    ("Odocoileus virginianus", "white-tailed deer"),
    ("Odocoileus hemionus", "mule deer"),
    ("Cervus canadensis", "elk"),
    ("Cervus elaphus", "red deer"),
    ("Alces alces", "moose"),
    ("Sus scrofa", "wild boar"),
    ("Bos taurus", "domestic cattle"),
    ("Ursus americanus", "American black bear"),
    ("Ursus arctos", "brown bear"),
    ("Puma concolor", "puma"),
    ("Lynx rufus", "bobcat"),
    ("Felis catus", "domestic cat"),
    ("Canis latrans", "coyote"),
    ("Canis familiaris", "domestic dog"),
    ("Vulpes vulpes", "red fox"),
    ("Urocyon cinereoargenteus", "gray fox"),
    ("Procyon lotor", "northern raccoon"),
    ("Mephitis mephitis", "striped skunk"),
    ("Lontra canadensis", "North American river otter"),
    ("Didelphis virginiana", "Virginia opossum"),
    ("Sciurus carolinensis", "eastern gray squirrel"),
    ("Sylvilagus floridanus", "eastern cottontail"),
    ("Meleagris gallopavo", "wild turkey"),
    ("Colinus virginianus", "northern bobwhite"),
    ("Corvus brachyrhynchos", "American crow"),
    ("Homo sapiens", "human"),
)

# What was written before this list stays as it was written, and becomes part of the list. The id of a species follows
# from its name, so that a migration that is run again after a crash leaves the same.
SPECIES = [
    "INSERT INTO species (id, scientific_name, common_name, origin) SELECT md5(lower(name))::uuid, name, common, 'built_in'"  # noqa: S608  # constants above
    " FROM (VALUES "
    + ", ".join(f"('{name}', '{common}')" for name, common in BUILT_IN)
    + ") AS listed(name, common)",
    """
    INSERT INTO species (id, scientific_name, common_name, origin)
    SELECT DISTINCT ON (lower(meaning ->> 'species')) md5(lower(meaning ->> 'species'))::uuid, meaning ->> 'species',
        coalesce(meaning ->> 'common_name', ''), 'detector'
    FROM detector, jsonb_each(coalesce(class_map -> 'labels', '{}'::jsonb)) AS own(label, meaning)
    WHERE btrim(meaning ->> 'species') <> '' ORDER BY lower(meaning ->> 'species'), detector.id, label
    ON CONFLICT (lower(scientific_name)) DO NOTHING
    """,
    """
    INSERT INTO species (id, scientific_name, common_name, origin, actor)
    SELECT DISTINCT ON (lower(species)) md5(lower(species))::uuid, species, '', 'person', actor
    FROM review WHERE btrim(species) <> '' ORDER BY lower(species), id
    ON CONFLICT (lower(scientific_name)) DO NOTHING
    """,
    """
    INSERT INTO species (id, scientific_name, common_name, origin)
    SELECT md5(lower(species))::uuid, min(species), '', 'detector' FROM detection WHERE btrim(species) <> ''
    GROUP BY lower(species)
    ON CONFLICT (lower(scientific_name)) DO NOTHING
    """,
]

# `domain/shown_class.py` as it was then: the model's own word for what a person said, else a word for deer, else the
# name of the species. A correction stands until a rejection.
CORRECTED = """
WITH standing AS (
    SELECT DISTINCT detection_id FROM review WHERE verdict = 'corrected' AND NOT EXISTS (
        SELECT FROM review AS later
        WHERE later.detection_id = review.detection_id AND later.id > review.id AND later.verdict = 'rejected'
    )
)
UPDATE detection SET corrected_label = coalesce((
    SELECT own.label FROM jsonb_each(coalesce(detector.class_map -> 'labels', '{}'::jsonb)) AS own(label, meaning),
        LATERAL (SELECT coalesce(meaning ->> 'life_stage', 'unknown') AS life_stage) AS stage
    WHERE lower(meaning ->> 'species') = lower(detection.species)
        AND coalesce(meaning ->> 'sex', 'unknown') = detection.sex
        AND (stage.life_stage = detection.life_stage OR ('unknown' IN (stage.life_stage, detection.life_stage)
            AND 'juvenile' NOT IN (stage.life_stage, detection.life_stage)))
    ORDER BY stage.life_stage = detection.life_stage DESC, own.label = detection.label DESC, own.label COLLATE "C"
    LIMIT 1
), CASE WHEN split_part(lower(detection.species), ' ', 1) IS DISTINCT FROM 'odocoileus' THEN NULL
    WHEN detection.life_stage = 'juvenile' THEN 'fawn' WHEN detection.sex = 'male' THEN 'buck'
    WHEN detection.sex = 'female' THEN 'doe' ELSE 'deer' END,
    (SELECT nullif(common_name, '') FROM species WHERE lower(scientific_name) = lower(detection.species)),
    detection.species, detection.label)
FROM standing, detector WHERE detection.id = standing.detection_id AND detector.id = detection.detector_id
"""
LOOKED_AT = """
UPDATE detection SET shown = TRUE FROM (SELECT DISTINCT detection_id FROM review) AS own
WHERE detection.id = own.detection_id AND detection.verdict IN ('confirmed', 'corrected') AND NOT detection.shown
"""


def _id() -> Any:
    return fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)


def _created() -> Any:
    return fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)


def _of(noun: str, on_delete: OnDelete) -> Any:
    return fields.ForeignKeyField(
        f"thumper.{noun}",
        source_field=f"{noun.lower()}_id",
        db_constraint=True,
        to_field="id",
        related_name="identity_decisions",
        on_delete=on_delete,
    )


class Migration(migrations.Migration):
    """Two tables and a column, filled from what people said until now."""

    dependencies = [("thumper", "0022_marks")]

    operations = [
        ops.CreateModel(
            name="IdentityDecision",
            fields=[
                ("id", _id()),
                ("detection", _of("Detection", OnDelete.RESTRICT)),
                ("deer", _of("Deer", OnDelete.CASCADE)),
                (
                    "verdict",
                    fields.CharEnumField(
                        description="IS: is\nIS_NOT: is_not\nUNSURE: unsure",
                        enum_type=IdentityVerdict,
                        max_length=8,
                    ),
                ),
                ("note", fields.TextField(default="", unique=False)),
                ("actor", fields.CharField(max_length=200)),
                ("created_at", _created()),
            ],
            options={
                "table": "identity_decision",
                "app": "thumper",
                "indexes": [
                    Index(fields=["detection_id", "created_at"]),
                    Index(fields=["deer_id", "created_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "One decision; of those on one box and one deer the latest stands.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Species",
            fields=[
                ("id", _id()),
                ("scientific_name", fields.CharField(max_length=200)),
                ("common_name", fields.CharField(default="", max_length=200)),
                (
                    "origin",
                    fields.CharEnumField(
                        description="BUILT_IN: built_in\nDETECTOR: detector\nPERSON: person",
                        enum_type=SpeciesOrigin,
                        max_length=12,
                    ),
                ),
                ("actor", fields.CharField(null=True, max_length=200)),
                ("created_at", _created()),
            ],
            options={
                "table": "species",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "One listed species; boxes, reviews and class maps name it by its scientific name.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Detection",
            name="corrected_label",
            field=fields.CharField(null=True, unique=False, max_length=200),
        ),
        ops.RunSQL([*CHECKS, *INDEXES, *SPECIES, CORRECTED, LOOKED_AT, *DECISIONS, *KEYS]),
    ]
