"""Promoted artifacts: copies side by side, and a pointer file to the one that is served."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from model import atomic
from model.artifact import LAYOUT, Artifact, ArtifactError, load
from model.artifact_source import locate
from model.figures import Record
from model.manifest import Version, describe_error

POINTER = "promoted.json"
MAX_PROMOTIONS = 5
"""Promotions that a rollback can reach; the artifacts of earlier ones are removed."""


class Promotions(Record):
    """Content of the pointer file."""

    source: str | None
    """Source that was served before the first promotion; other sources ignore the promotions."""
    versions: tuple[Version, ...]
    """Oldest first; the last one is served, the others are there for rollbacks."""


class Registry:
    """A folder of promoted artifacts over a source; nothing is written before a promotion."""

    def __init__(self, folder: Path, source: str | None = None) -> None:
        """Serve ``source`` (see ``model.artifact_source.locate``) until the first promotion."""
        self.folder, self.source = folder, source

    @property
    def pointer_file(self) -> Path:
        """The file that names the promoted versions; replacing it switches the artifact."""
        return self.folder / POINTER

    def promoted_versions(self) -> tuple[str, ...]:
        """Return the versions promoted over this source, the served one last; empty for none.

        Raises:
            ArtifactError: the pointer file is corrupt.
        """
        try:
            promotions = Promotions.model_validate_json(self.pointer_file.read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as error:
            cause = describe_error(error) if isinstance(error, ValidationError) else error.strerror
            raise ArtifactError(
                f"{self.pointer_file} is corrupt: {cause}; remove it and promote an artifact again"
            ) from None
        return promotions.versions if promotions.source == self.source else ()

    def served(self) -> Artifact:
        """Return the artifact to serve, verified.

        Raises:
            ArtifactError: it is missing or corrupt; the message names the file.
        """
        versions = self.promoted_versions()
        return load(self.folder / versions[-1] if versions else locate(self.source))

    def promote(
        self, folder: Path, try_out: Callable[[Artifact], object] = lambda artifact: None
    ) -> Artifact:
        """Copy an artifact into the registry and serve it from now on.

        ``try_out`` is called with the copy before it is served.

        Raises:
            ArtifactError: it cannot be served, ``try_out`` refused it, or the copy cannot be
                written; the artifact that is served stays.
        """
        candidate = load(folder)
        versions = self.promoted_versions()
        copy = self.folder / candidate.version
        try:
            if not _is_valid(copy):
                self._copy(candidate, copy)
        except OSError as error:
            raise ArtifactError(f"{copy} cannot be written: {error.strerror}") from error
        promoted = load(copy)
        try_out(promoted)
        earlier = [version for version in versions if version != candidate.version]
        self._write_pointer((*earlier[1 - MAX_PROMOTIONS :], candidate.version))
        for version in earlier[: 1 - MAX_PROMOTIONS]:
            shutil.rmtree(self.folder / version, ignore_errors=True)
        return promoted

    def rollback(self) -> Artifact:
        """Serve again what was served before the last promotion; no artifact is removed.

        Raises:
            ArtifactError: nothing is promoted, or what was served before is gone.
        """
        versions = self.promoted_versions()
        if not versions:
            raise ArtifactError(f"nothing to go back to: {self.folder} holds no promotion")
        earlier = versions[:-1]
        artifact = load(self.folder / earlier[-1] if earlier else locate(self.source))
        self._write_pointer(earlier)
        return artifact

    def _copy(self, candidate: Artifact, copy: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = copy.with_name(f".{copy.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        for name in (*candidate.manifest.sha256, LAYOUT.manifest, LAYOUT.card):
            if (candidate.folder / name).exists():
                shutil.copyfile(candidate.folder / name, partial / name)
        shutil.rmtree(copy, ignore_errors=True)  # a corrupt copy of the same version
        partial.rename(copy)

    def _write_pointer(self, versions: tuple[str, ...]) -> None:
        promotions = Promotions(source=self.source, versions=versions)
        try:
            atomic.write(self.pointer_file, promotions.model_dump_json(indent=1) + "\n", mode=0o644)
        except OSError as error:
            raise ArtifactError(
                f"{self.pointer_file} cannot be written: {error.strerror}"
            ) from error


def _is_valid(folder: Path) -> bool:
    with suppress(ArtifactError):
        load(folder)
        return True
    return False
