"""What monitoring counts, never lowered by a deletion; and when the database was backed up last (`docs/decisions/043`)."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from thumper.store.postgres.ids import new_id

TABLE = [
    "CREATE TABLE counter (name TEXT NOT NULL, label TEXT NOT NULL, host TEXT NOT NULL DEFAULT '', count BIGINT NOT NULL)",
]

# What was counted until now is what is stored: files, jobs and boxes of deleted images are not known any more. Of the
# labels of detections the 200 most frequent have a count of their own, as later on.
FILL = [
    """
    INSERT INTO counter (name, label, count)
    WITH settled AS (
        SELECT state, reason, count(*) AS files FROM file WHERE state IN ('stored', 'duplicate', 'rejected')
        GROUP BY state, reason
    )
    SELECT 'files', state, sum(files) FROM settled GROUP BY state
    UNION ALL SELECT 'rejections', reason, files FROM settled WHERE state = 'rejected'
    """,
    """
    INSERT INTO counter (name, label, count)
    SELECT 'images', state, count(*) FROM job WHERE state IN ('completed', 'failed') GROUP BY state
    """,
    """
    INSERT INTO counter (name, label, count)
    WITH labelled AS (
        SELECT label, count(*) AS boxes, row_number() OVER (ORDER BY count(*) DESC, label) AS place
        FROM detection WHERE shown GROUP BY label
    )
    SELECT 'detections', CASE WHEN place <= 200 THEN label ELSE '(others)' END, sum(boxes) FROM labelled GROUP BY 2
    """,
    # The first start of a process on a machine is no restart.
    """
    INSERT INTO counter (name, label, host, count)
    SELECT 'restarts', role, host, max(restarts) FROM process GROUP BY role, host
    """,
]


class Migration(migrations.Migration):
    """Two tables."""

    dependencies = [("thumper", "0016_unplaced")]

    operations = [
        ops.RunSQL([*TABLE, *FILL]),
        ops.CreateModel(
            name="Backup",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("taken_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("originals", fields.BooleanField(default=False)),
            ],
            options={
                "table": "backup",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "One backup of this database that was taken and proved.",
            },
            bases=["Model"],
        ),
    ]
