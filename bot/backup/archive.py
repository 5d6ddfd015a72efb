"""Archives of backups: zip files with a manifest, written whole or not at all."""

import hashlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.backup.manifest import (
    MANIFEST,
    MAX_SMALL_FILE_BYTES,
    BackupError,
    FileEntry,
    FileName,
    Manifest,
)
from bot.config.ownership import give_to_owner_of
from model import atomic

_CHUNK_BYTES = 1 << 20
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError),
    *(ValueError, KeyError, RuntimeError, NotImplementedError, OverflowError, MemoryError),
)
"""Errors of ``zipfile`` on damaged files; NotImplementedError and RuntimeError for features."""


class Archive:
    """An open archive; each file that is read is compared with the manifest."""

    def __init__(self, path: Path, content: zipfile.ZipFile) -> None:
        """Read and check the manifest.

        Raises:
            ValueError: it is wrong, or the archive holds other files.
        """
        self.path = path
        self._content = content
        with content.open(MANIFEST) as file:
            self.manifest = Manifest.model_validate_json(file.read(MAX_SMALL_FILE_BYTES))
        if sorted(content.namelist()) != sorted([MANIFEST, *self.manifest.files]):
            raise ValueError("files that the manifest does not name")

    def extract(self, name: FileName, target: BinaryIO | None) -> None:
        """Copy a file to ``target``; with None only compare its checksum.

        Raises:
            BackupError: the file is damaged; ``target`` then has an unusable part of it.
        """
        for chunk in self._chunks(name):
            if target is not None:
                target.write(chunk)

    def read(self, name: FileName) -> bytes | None:
        """Return a small file, None if the archive does not have it.

        Raises:
            BackupError: the file is damaged.
        """
        if name not in self.manifest.files:
            return None
        return b"".join(self._chunks(name))

    def _chunks(self, name: FileName) -> Iterator[bytes]:
        entry, digest, size = self.manifest.files[name], hashlib.sha256(), 0
        with _naming_damage(self.path), self._content.open(name) as file:
            while chunk := file.read(_CHUNK_BYTES):
                size += len(chunk)
                digest.update(chunk)
                if size > entry.size:
                    break
                yield chunk
            if (size, digest.hexdigest()) != (entry.size, entry.sha256):
                raise ValueError("another checksum than in the manifest")


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive.

    Raises:
        BackupError: it cannot be read, is no backup, or is damaged.
    """
    with _naming_damage(path):
        content = zipfile.ZipFile(path)
    with content:
        with _naming_damage(path):
            archive = Archive(path, content)
        yield archive


def write_archive(path: Path, manifest: Manifest, files: Mapping[FileName, Path]) -> None:
    """Write an archive for its owner only.

    Raises:
        OSError: it cannot be written, or exists.
    """

    def write(file: BinaryIO) -> None:
        give_to_owner_of(path.parent, file.fileno())
        with zipfile.ZipFile(file, "w") as content:
            _add(content, MANIFEST, manifest.model_dump_json(indent=2).encode())
            for name, source in files.items():
                _add(content, name, source)

    if not atomic.write_binary(path, write, replace=False):
        raise FileExistsError(17, "a backup of this moment exists", str(path))


def describe_file(path: Path) -> FileEntry:
    """Return size and checksum of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileEntry(size=path.stat().st_size, sha256=digest)


def _add(content: zipfile.ZipFile, name: str, source: Path | bytes) -> None:
    info = zipfile.ZipInfo(name, _EARLIEST)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with content.open(info, "w", force_zip64=True) as target:
        if isinstance(source, bytes):
            target.write(source)
            return
        with source.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                target.write(chunk)


@contextmanager
def _naming_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGE:
        raise BackupError(
            f"{path}: is no backup of Emoji Reactor, or is damaged; nothing was changed; choose"
            " another backup"
        ) from None
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror or 'cannot be read'}") from None
