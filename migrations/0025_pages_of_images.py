"""The latest images of a camera or deployment, and the latest reviews of all, are read in the order of an index."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Two indexes of images for those of one column, and one of reviews; a million images take some seconds each."""

    dependencies = [("thumper", "0024_shared")]

    operations = [
        ops.AddIndex(model_name="Image", index=Index(fields=["camera_id", "sort_at", "sort_name", "id"])),
        ops.AddIndex(model_name="Image", index=Index(fields=["deployment_id", "sort_at", "sort_name", "id"])),
        ops.RemoveIndex(model_name="Image", fields=["camera_id"]),
        ops.RemoveIndex(model_name="Image", fields=["deployment_id"]),
        ops.AddIndex(model_name="Review", index=Index(fields=["created_at", "id"])),
    ]
