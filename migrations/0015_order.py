"""Photos of one instant stand in the order of their camera, card folder and number (`docs/decisions/034`)."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from thumper.store.models.columns import BytewiseTextField

DROPPED = [f"DROP INDEX image_{name}" for name in ("oldest_first", "clock_suspect", "offset_unreadable")]

# What `domain.card_order.sort_name` makes of the file that first delivered an image, in SQL. Whether a counter went
# round within an instant is noted when a dump settles the next time. The table is written anew, which takes a million
# images a fraction of the time of updating each row in all its indexes.
FILL = [
    r"""
    CREATE FUNCTION sort_name_of(of_image uuid, of_camera uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(E'\t', coalesce(right(of_camera::text, 8), ''),
        CASE WHEN length(cut.folder) <= 64 THEN cut.folder ELSE left(cut.folder, 32) || right(cut.folder, 32) END,
        CASE WHEN length(number.digits) <= 9 AND (cut.stem !~ dated.pattern
                OR number.digits ~ dated.pattern AND number.besides !~ dated.pattern)
            THEN lpad(number.digits, 10, '0') ELSE '0000000000' END,
        compared.name)
    FROM (
        SELECT coalesce(substring(display_path FROM '^(.*)/[^/]*$'), '') AS folder,
            substring(display_path FROM '[^/]*$') AS name,
            coalesce(substring(display_path FROM '([^/]*)\.[^./]*$'), '') AS stem
        FROM file WHERE file.image_id = of_image AND file.state = 'stored' LIMIT 1
    ) AS cut, (
        SELECT '(19|20)[0-9][0-9][-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])'
            '|(0[1-9]|[12][0-9]|3[01])[-_.]?(0[1-9]|1[0-2])[-_.]?(19|20)[0-9][0-9]'
            '|(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])[-_.]?(19|20)[0-9][0-9]' AS pattern
    ) AS dated, LATERAL (
        SELECT substring(cut.stem FROM '([0-9]{4,})(?:[^0-9]+[0-9]{0,3})*$') AS digits,
            regexp_replace(cut.stem, '[0-9]{4,}((?:[^0-9]+[0-9]{0,3})*)$', 'x\1') AS besides
    ) AS number, LATERAL (
        SELECT coalesce(string_agg(CASE WHEN part.word[1] ~ '[0-9]'
            THEN chr(48 + length(ltrim(part.word[1], '0'))) || ltrim(part.word[1], '0')
            ELSE part.word[1] END, '' ORDER BY part.place), '') AS name
        FROM regexp_matches(regexp_replace(
            CASE WHEN length(cut.name) <= 64 THEN cut.name ELSE left(cut.name, 32) || right(cut.name, 32) END,
            '\.([^.]*)$', chr(1) || '\1'), '[0-9]+|[^0-9]+', 'g') WITH ORDINALITY AS part(word, place)
    ) AS compared
    $$
    """,
    'ALTER TABLE image ALTER COLUMN sort_name TYPE TEXT COLLATE "C" USING coalesce(sort_name_of(id, camera_id), sort_name)',
    "DROP FUNCTION sort_name_of",
]

INDEXES = [
    "CREATE INDEX image_oldest_first ON image ((taken_at IS NULL), sort_at, sort_name, id)",
    # As in 0010 and 0011, but for the order.
    "CREATE INDEX image_offset_unreadable ON image (sort_at, sort_name, id) WHERE offset_unreadable",
    "CREATE INDEX image_clock_suspect ON image (sort_at, sort_name, id)"
    " WHERE clock_doubt IS NOT NULL AND clock_fix_id IS NULL"
    " OR coalesce(taken_at - created_at > interval '1 day', FALSE)",
]


class Migration(migrations.Migration):
    """A column, and the indexes of the order by capture time with it."""

    dependencies = [("thumper", "0014_deletions")]

    operations = [
        ops.RemoveIndex(model_name="Image", fields=["location_id", "sort_at", "id"]),
        ops.RemoveIndex(model_name="Image", fields=["sort_at", "id"]),
        ops.RunSQL(DROPPED),
        ops.AddField(
            model_name="Image", name="sort_name", field=BytewiseTextField(db_default="", unique=False)
        ),
        ops.RunSQL(FILL),
        ops.AddIndex(model_name="Image", index=Index(fields=["location_id", "sort_at", "sort_name", "id"])),
        ops.AddIndex(model_name="Image", index=Index(fields=["sort_at", "sort_name", "id"])),
        ops.RunSQL(INDEXES),
    ]
