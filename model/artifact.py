"""Artifact folders: layout, checksums, reading and writing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from model import atomic
from model.gravity_head import GravityHead, read_head
from model.manifest import FORMAT, Description, Manifest, describe_error, version_of
from model.reaction_head import ReactionHead, read_reaction_head
from model.text import CLEANING_VERSION


class ArtifactError(ValueError):
    """An artifact cannot be served; the message is one line that names the file."""


@dataclass(frozen=True, slots=True)
class Layout:
    """File names inside an artifact folder."""

    encoder: str = "encoder.onnx"
    tokenizer: str = "tokenizer.json"
    emoji: str = "emoji.safetensors"
    gravity: str = "gravity.safetensors"
    """The gravity head; an artifact may lack it."""
    reaction: str = "reaction.safetensors"
    """The reaction head; an artifact may lack it."""
    gravity_network: str = "gravity.onnx"
    """Middle states to gravity vectors; without it the gravity head reads text vectors."""
    manifest: str = "manifest.json"
    card: str = "README.md"
    layout_figures: str = "layouts.json"
    """Figures of the forms that other tools read; an artifact may lack them."""

    @property
    def hashed_files(self) -> tuple[str, ...]:
        """Files that every artifact has; the manifest holds their SHA-256."""
        return (self.encoder, self.tokenizer, self.emoji)

    @property
    def optional_files(self) -> tuple[str, ...]:
        """Files with a SHA-256 that an artifact may lack."""
        return (self.gravity, self.gravity_network, self.reaction)

    def weight_files(self, folder: Path) -> tuple[str, ...]:
        """Return the hashed files of a folder, with the heads that it has."""
        optional = (file for file in self.optional_files if (folder / file).is_file())
        return (*self.hashed_files, *optional)


LAYOUT = Layout()
_HEAD_COMMANDS = {LAYOUT.gravity: "model gravity", LAYOUT.reaction: "retrain --reactions"}
"""Commands that fit the heads."""
_Head = TypeVar("_Head")


@dataclass(frozen=True, slots=True)
class EmojiTable:
    """One embedding and one bias per emoji: score = text vector . embedding + bias."""

    emojis: tuple[str, ...]
    embeddings: NDArray[np.float32]
    """(emojis, d)"""
    bias: NDArray[np.float32]
    """(emojis,)"""
    name_map: NDArray[np.float32]
    """(d + 1, d): maps the text vector of a name, with a 1 appended, to an embedding."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A verified artifact folder."""

    folder: Path
    manifest: Manifest
    table: EmojiTable
    gravity_head: GravityHead | None = None
    """None if the predictions alone tell if a text is grave."""
    reaction_head: ReactionHead | None = None
    """None if people are taken to keep as reactions what authors write."""

    def of_authors(self) -> Self:
        """Return the artifact that predicts what authors write, whatever people keep."""
        return replace(self, reaction_head=None)

    @property
    def version(self) -> str:
        """``NAME-HASH``: the same weights have the same version."""
        return self.manifest.version

    @property
    def encoder(self) -> Path:
        """The ONNX graph, token ids and mask to text vectors."""
        return self.folder / LAYOUT.encoder

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's JSON."""
        return self.folder / LAYOUT.tokenizer


def sha256_of(path: Path) -> str:
    """Return the hexadecimal digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_table(table: EmojiTable, folder: Path) -> None:
    """Write the emoji table; embeddings as float16, precise enough for scores at half the size."""
    tensors: dict[str, NDArray[Any]] = {
        "rows": table.embeddings.astype(np.float16),
        "bias": table.bias.astype(np.float32),
        "name_map": table.name_map.astype(np.float16),
    }
    save_file(tensors, folder / LAYOUT.emoji)
    (folder / LAYOUT.emoji).chmod(0o644)  # safetensors writes it as 0600


def write_manifest(
    folder: Path, name: str, emojis: tuple[str, ...], description: Description
) -> Artifact:
    """Write the manifest of finished files, with their checksums and a version; then load it.

    Raises:
        ArtifactError: the files do not make an artifact.
    """
    sha256 = {file: sha256_of(folder / file) for file in LAYOUT.weight_files(folder)}
    try:
        manifest = Manifest(
            format=FORMAT,
            version=version_of(name, sha256),
            cleaning=CLEANING_VERSION,
            sha256=sha256,
            emojis=emojis,
            **{key: getattr(description, key) for key in Description.model_fields},
        )
    except ValidationError as error:
        raise ArtifactError(f"{folder / LAYOUT.manifest}: {describe_error(error)}") from None
    atomic.write(folder / LAYOUT.manifest, manifest.to_json(), mode=0o644)
    return load(folder)


def update_manifest(folder: Path, **changes: object) -> Artifact:
    """Replace fields of the ``Description`` of an artifact; its weights and its version stay.

    Raises:
        ArtifactError: it is no artifact, or a field is unknown or out of range.
    """
    artifact = load(folder)
    try:
        description = artifact.manifest.updated(**changes)
    except ValidationError as error:
        raise ArtifactError(f"{folder / LAYOUT.manifest}: {describe_error(error)}") from None
    return write_manifest(folder, artifact.manifest.name, artifact.table.emojis, description)


def load(folder: Path) -> Artifact:
    """Read and verify an artifact.

    Raises:
        ArtifactError: missing, corrupt, half-written or of a version that this code cannot serve;
            the message names the file.
    """
    manifest = _read_manifest(folder / LAYOUT.manifest)
    for file, expected in manifest.sha256.items():
        path = folder / file
        if not path.is_file():
            raise ArtifactError(f"{path} is missing; fetch the artifact again")
        if sha256_of(path) != expected:
            raise ArtifactError(
                f"{path} is corrupt (its SHA-256 differs); fetch the artifact again"
            )
    table = _read_table(folder, manifest.emojis)
    size = table.embeddings.shape[1]
    gravity = _read_head(
        folder / LAYOUT.gravity, manifest, manifest.gravity_width or size, read_head
    )
    reaction = _read_head(folder / LAYOUT.reaction, manifest, size, read_reaction_head)
    return Artifact(folder, manifest, table, gravity, reaction)


def _read_head(
    path: Path, manifest: Manifest, width: int, read: Callable[[Path, int], _Head]
) -> _Head | None:
    """Return a head for vectors of ``width`` numbers; None if the artifact has none."""
    if path.name not in manifest.sha256:
        return None
    try:
        return read(path, width)
    except ValueError as error:
        command = _HEAD_COMMANDS[path.name]
        raise ArtifactError(f"{path} {error}; fit one with emoji-reactor {command}") from error


def _read_table(folder: Path, emojis: tuple[str, ...]) -> EmojiTable:
    path = folder / LAYOUT.emoji
    try:
        tensors = load_file(path)
        table = EmojiTable(
            emojis,
            tensors["rows"].astype(np.float32),
            tensors["bias"].astype(np.float32),
            tensors["name_map"].astype(np.float32),
        )
    except (SafetensorError, KeyError) as error:
        raise ArtifactError(f"{path} is not an emoji table: {error}") from error
    n, d = table.embeddings.shape if table.embeddings.ndim == 2 else (0, 0)
    if not d or table.bias.shape != (n,) or table.name_map.shape != (d + 1, d):
        raise ArtifactError(
            f"{path} is not an emoji table: rows {table.embeddings.shape},"
            f" bias {table.bias.shape} and name_map {table.name_map.shape} do not fit each other"
        )
    if n != len(emojis):
        raise ArtifactError(
            f"{folder / LAYOUT.manifest} lists {len(emojis)} emojis, {path.name} holds {n}"
        )
    if not all(np.isfinite(x).all() for x in (table.embeddings, table.bias, table.name_map)):
        raise ArtifactError(f"{path} is not an emoji table: it holds infinite numbers or NaN")
    return table


class _Header(BaseModel):
    """The keys that say if the rest of a manifest can be understood."""

    format: int
    cleaning: int


def _read_manifest(path: Path) -> Manifest:
    try:
        text = path.read_text(encoding="utf-8")
        header = _Header.model_validate_json(text)
    except OSError as error:
        raise ArtifactError(f"{path}: no artifact here ({error.strerror})") from error
    except ValidationError as error:
        raise ArtifactError(f"{path} is corrupt: {describe_error(error)}") from None
    except ValueError as error:
        raise ArtifactError(f"{path} is corrupt: {error}") from error
    if (header.format, header.cleaning) != (FORMAT, CLEANING_VERSION):
        raise ArtifactError(
            f"{path} has format {header.format} and cleaning {header.cleaning}, this "
            f"program serves {FORMAT} and {CLEANING_VERSION}; export it again or change the version"
        )
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise ArtifactError(
            f"{path}: {describe_error(error)}; fetch or export the artifact again"
        ) from None
    if set(manifest.sha256) - set(LAYOUT.optional_files) != set(LAYOUT.hashed_files):
        raise ArtifactError(
            f"{path}: sha256: must list {', '.join(LAYOUT.hashed_files)}, may list"
            f" {', '.join(LAYOUT.optional_files)}, and no others"
        )
    return manifest
