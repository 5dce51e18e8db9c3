"""What a worker's stages take, and what a large herd of images needs: three indexes, and a tally instead of counting."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

INDEXES = [
    # The newest processed images, for whoever shows what just happened.
    "CREATE INDEX image_processed ON image (processed_at DESC, id DESC) WHERE processed_at IS NOT NULL",
    # When a detector last completed an image: the control against which a photo is blamed.
    "CREATE INDEX job_completed ON job (detector_id, finished_at) WHERE state = 'completed'",
    # A sweeper asks what waits for which detector, and most jobs wait for none.
    "CREATE INDEX job_waiting ON job (detector_id) WHERE state = 'pending'",
]


# Counting a million rows takes longer than everything else that the status tells. Rows of the tally are only added,
# so that nobody waits for anybody, and the sweeper adds them up now and then; their sum is the number of images in
# every snapshot.
TALLY = [
    "CREATE TABLE image_tally (images BIGINT NOT NULL)",
    "INSERT INTO image_tally SELECT count(*) FROM image HAVING count(*) > 0",
    """
    CREATE FUNCTION tally_images() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO image_tally SELECT CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END FROM changed
        HAVING count(*) > 0;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER image_inserted AFTER INSERT ON image REFERENCING NEW TABLE AS changed"
    " FOR EACH STATEMENT EXECUTE FUNCTION tally_images()",
    "CREATE TRIGGER image_deleted AFTER DELETE ON image REFERENCING OLD TABLE AS changed"
    " FOR EACH STATEMENT EXECUTE FUNCTION tally_images()",
]


class Migration(migrations.Migration):
    """A column, three indexes and a tally."""

    dependencies = [("thumper", "0003_honest_time")]

    operations = [
        ops.AddField(
            model_name="Process",
            name="stages",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.RunSQL([*INDEXES, *TALLY]),
    ]
