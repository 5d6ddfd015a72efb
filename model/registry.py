"""Promoted artifacts: copies side by side, and one file that says which of them is served."""

import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from model.artifact import LAYOUT, Artifact, ArtifactError, load, locate

POINTER = "promoted.json"
MAX_PROMOTIONS = 5
"""Promotions to go back to; the artifacts of earlier ones are removed."""


@dataclass(frozen=True, slots=True)
class Promotions:
    """What the pointer says."""

    source: str | None
    """What was served when the first one was promoted: another source takes no notice."""
    versions: tuple[str, ...]
    """The eldest first; the last one is served, the others are there to go back to."""


class Registry:
    """A folder of promoted artifacts over a source; nothing is written before a promotion."""

    def __init__(self, folder: Path, source: str | None = None) -> None:
        """Serve ``source`` (see ``model.artifact.locate``) where nothing is promoted over it."""
        self.folder, self.source = folder, source

    @property
    def pointer_file(self) -> Path:
        """The file that is switched."""
        return self.folder / POINTER

    def promoted_versions(self) -> tuple[str, ...]:
        """The versions promoted over this source, the served one last; empty for none.

        Raises:
            ArtifactError: the pointer is corrupt.
        """
        try:
            told = json.loads(self.pointer_file.read_text(encoding="utf-8"))
            found = Promotions(told["source"], tuple(map(str, told["versions"])))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(
                f"{self.pointer_file} is corrupt; promote an artifact again, or remove it"
            ) from error
        return found.versions if found.source == self.source else ()

    def served(self) -> Artifact:
        """The artifact to serve, verified.

        Raises:
            ArtifactError: it is missing or corrupt; the file is named.
        """
        versions = self.promoted_versions()
        return load(self.folder / versions[-1] if versions else locate(self.source))

    def promote(self, folder: Path) -> Artifact:
        """Take in a copy of an artifact and serve it from now on.

        Raises:
            ArtifactError: it cannot be served, or the copy cannot be written; nothing is switched.
        """
        candidate = load(folder)
        versions = self.promoted_versions()
        kept = self.folder / candidate.version
        try:
            if not _is_valid(kept):
                self._copy(candidate, kept)
            others = [v for v in versions if v != candidate.version]
            self._write_pointer((*others[1 - MAX_PROMOTIONS :], candidate.version))
            for version in others[: 1 - MAX_PROMOTIONS]:
                shutil.rmtree(self.folder / version, ignore_errors=True)
        except OSError as error:
            raise ArtifactError(f"{kept} cannot be written: {error.strerror}") from error
        return load(kept)

    def rollback(self) -> Artifact:
        """Go back to what was served before the last promotion; the artifact stays in its folder.

        Raises:
            ArtifactError: nothing is promoted, or what was served before is gone.
        """
        versions = self.promoted_versions()
        if not versions:
            raise ArtifactError(f"nothing to go back to: {self.folder} holds no promotion")
        before = versions[:-1]
        artifact = load(self.folder / before[-1] if before else locate(self.source))
        self._write_pointer(before)
        return artifact

    def _copy(self, candidate: Artifact, kept: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f".{kept.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        for name in (*LAYOUT.hashed_files, LAYOUT.manifest, LAYOUT.card):
            if (candidate.folder / name).exists():
                shutil.copyfile(candidate.folder / name, partial / name)
        shutil.rmtree(kept, ignore_errors=True)  # of the same version, and corrupt
        partial.rename(kept)

    def _write_pointer(self, versions: tuple[str, ...]) -> None:
        told = {"source": self.source, "versions": list(versions)}
        partial = self.pointer_file.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write(json.dumps(told, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.pointer_file)


def _is_valid(folder: Path) -> bool:
    with suppress(ArtifactError):
        load(folder)
        return True
    return False
