"""The number of photos without a location is kept beside that of all, so that the status need not count them."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# A tally has a row if there is an image; which row it is does not matter, since only sums are read.
COLUMN = [
    "ALTER TABLE image_tally ADD COLUMN unplaced BIGINT NOT NULL DEFAULT 0",
    """
    UPDATE image_tally SET unplaced = (SELECT count(*) FROM image WHERE location_id IS NULL)
    WHERE ctid = (SELECT ctid FROM image_tally LIMIT 1)
    """,
]

# Few statements write the place of images, and those of workers must not pay for it: so a row for each image that gets
# a place or loses it, instead of one for each statement that writes images at all.
TRIGGERS = [
    """
    CREATE OR REPLACE FUNCTION tally_images() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    BEGIN
        INSERT INTO image_tally (images, unplaced)
        SELECT sign * count(*), sign * count(*) FILTER (WHERE location_id IS NULL) FROM changed HAVING count(*) > 0;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION tally_placed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO image_tally (images, unplaced) VALUES (0, CASE WHEN NEW.location_id IS NULL THEN 1 ELSE -1 END);
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER image_placed AFTER UPDATE OF location_id ON image FOR EACH ROW"
    " WHEN ((OLD.location_id IS NULL) <> (NEW.location_id IS NULL)) EXECUTE FUNCTION tally_placed()",
]


class Migration(migrations.Migration):
    """A column of the tally, and its triggers."""

    dependencies = [("thumper", "0015_order")]

    operations = [ops.RunSQL([*COLUMN, *TRIGGERS])]
