"""PostgreSQL refuses moves of jobs and images that `thumper.domain.progress` does not name (`docs/decisions/023`)."""

from tortoise import migrations
from tortoise.migrations import operations as ops

JOB_MOVES = ", ".join(
    f"('{old}', '{new}')"
    for old, new in (
        ("pending", "processing"),
        ("pending", "failed"),
        ("processing", "pending"),
        ("processing", "completed"),
        ("processing", "failed"),
        ("failed", "pending"),
    )
)

# The error is no violated constraint: those are taken for two who write the same at once, and tried again.
REFUSE = """
CREATE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'image' AND EXISTS (SELECT FROM job WHERE image_id = NEW.id AND state = NEW.state) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% % cannot move from % to %', TG_TABLE_NAME, NEW.id, OLD.state, NEW.state;
END $$
"""


def trigger(table: str) -> str:
    """Return the statement that guards a table; the function is called only when a move is no move of a job."""
    return (
        f"CREATE TRIGGER {table}_moves BEFORE UPDATE OF state ON {table} FOR EACH ROW"
        f" WHEN (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ({JOB_MOVES}))"
        " EXECUTE FUNCTION refuse_move()"
    )


class Migration(migrations.Migration):
    """A function and two triggers."""

    dependencies = [("thumper", "0006_counts")]

    operations = [ops.RunSQL([REFUSE, trigger("job"), trigger("image")])]
