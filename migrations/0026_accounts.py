"""Who may ask: people, links by which they sign in, their sessions, and tokens of programs. No secret is kept."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise.migrations import operations as ops

from thumper.domain.access import Role
from thumper.store.postgres.ids import new_id

SCOPE = "(read|review|ingest|admin|metrics)"
CHECKS = [
    "ALTER TABLE person ADD CONSTRAINT person_role CHECK (role IN ('owner', 'member', 'guest'))",
    f"ALTER TABLE token ADD CONSTRAINT token_scopes CHECK (scopes ~ '^{SCOPE}( {SCOPE})*$')",
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_sha256 CHECK (octet_length(sha256) = 32)"
        for table in ("sign_in_link", "session", "token")
    ),
]
INDEXES = [
    "CREATE UNIQUE INDEX person_name_key ON person (lower(name)) WHERE removed_at IS NULL",
    "CREATE UNIQUE INDEX sign_in_link_key ON sign_in_link (sha256)",
    "CREATE UNIQUE INDEX session_key ON session (sha256)",
    "CREATE UNIQUE INDEX token_key ON token (sha256)",
]


def _of_person(related_name: str) -> Any:
    return fields.ForeignKeyField(
        "thumper.Person",
        source_field="person_id",
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.CASCADE,
    )


def _id() -> tuple[str, Any]:
    return "id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)


def _created() -> tuple[str, Any]:
    return "created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)


def _instant(name: str) -> tuple[str, Any]:
    return name, fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)


def _expires() -> tuple[str, Any]:
    return "expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)


def _options(table: str, description: str) -> dict[str, str]:
    return {"table": table, "app": "thumper", "pk_attr": "id", "table_description": description}


class Migration(migrations.Migration):
    """Four tables, empty at first: the next start of an API makes the owner."""

    dependencies = [("thumper", "0025_pages_of_images")]

    operations = [
        ops.CreateModel(
            name="Person",
            fields=[
                _id(),
                ("name", fields.CharField(max_length=200)),
                ("role", fields.CharEnumField(enum_type=Role, max_length=6)),
                _created(),
                _instant("removed_at"),
            ],
            options=_options("person", "Somebody who may sign in, or might once."),
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SignInLink",
            fields=[
                _id(),
                ("sha256", fields.BinaryField()),
                ("person", _of_person("links")),
                _created(),
                _expires(),
                _instant("used_at"),
            ],
            options=_options("sign_in_link", "An address that signs one person in, once."),
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                _id(),
                ("sha256", fields.BinaryField()),
                ("person", _of_person("sessions")),
                _created(),
                ("last_used_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                _expires(),
                ("user_agent", fields.CharField(default="", max_length=200)),
                _instant("revoked_at"),
            ],
            options=_options("session", "A browser in which a person has signed in."),
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Token",
            fields=[
                _id(),
                ("sha256", fields.BinaryField()),
                ("person", _of_person("tokens")),
                ("name", fields.CharField(max_length=200)),
                ("scopes", fields.CharField(max_length=100)),
                _created(),
                _instant("expires_at"),
                _instant("last_used_at"),
                _instant("revoked_at"),
            ],
            options=_options("token", "What a program shows that asks for a person."),
            bases=["Model"],
        ),
        ops.RunSQL([*CHECKS, *INDEXES]),
    ]
