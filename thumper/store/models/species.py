"""The species that boxes can be of."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from thumper.domain.species import SpeciesOrigin
from thumper.store.models.columns import created_column, id_column


class Species(Model):
    """One listed species; boxes, reviews and class maps name it by its scientific name."""

    id = id_column()
    scientific_name = fields.CharField(max_length=200)
    """Unique whatever its case (see migrations)."""
    common_name = fields.CharField(max_length=200, default="")
    """In English, such as white-tailed deer; empty where none is known."""
    origin = fields.CharEnumField(SpeciesOrigin, max_length=12)
    actor = fields.CharField(max_length=200, null=True)
    """Who listed it; None unless a person did."""
    created_at = created_column()

    class Meta:
        table = "species"
