"""Description of a backup on one line."""

from bot.backup.manifest import Manifest


def describe(manifest: Manifest) -> str:
    """Return what a backup holds, and of when it is."""
    size = manifest.files["database"].size / 1e6
    return (
        f"{', '.join(manifest.files)}; {manifest.dialect}, revision {manifest.revision},"
        f" {size:.1f} MB, of {manifest.created_at:%Y-%m-%d %H:%M} UTC"
    )
