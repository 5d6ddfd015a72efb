"""The folder that serving reads: layout, manifest, checksums."""

import hashlib
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from model.text import CLEANING_VERSION

FORMAT = 1


class ArtifactError(ValueError):
    """An artifact that cannot be served; the text is one line that names the file."""


@dataclass(frozen=True, slots=True)
class Layout:
    """File names inside an artifact folder."""

    encoder: str = "encoder.onnx"
    tokenizer: str = "tokenizer.json"
    emoji: str = "emoji.safetensors"
    manifest: str = "manifest.json"
    card: str = "README.md"

    @property
    def checked(self) -> tuple[str, ...]:
        """The files whose SHA-256 the manifest holds."""
        return (self.encoder, self.tokenizer, self.emoji)


LAYOUT = Layout()
CHECKPOINT = "config.json"
"""Marks a folder of transformers'."""
SERVED = (*LAYOUT.checked, LAYOUT.manifest, LAYOUT.card, CHECKPOINT)
FOREIGN = ("*.json", "*.txt", "*.model", "*.safetensors")
"""What transformers needs of somebody's classifier."""


@dataclass(frozen=True, slots=True)
class EmojiTable:
    """One row per emoji: score = text vector . row + bias."""

    emojis: tuple[str, ...]
    rows: NDArray[np.float32]
    """(emojis, d)"""
    bias: NDArray[np.float32]
    """(emojis,)"""
    name_map: NDArray[np.float32]
    """(d + 1, d): the row of a name is its text vector, with a 1 appended, times this."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A verified artifact folder."""

    folder: Path
    manifest: dict[str, Any]
    table: EmojiTable

    @property
    def version(self) -> str:
        """``NAME-HASH``: the same weights have the same version."""
        return str(self.manifest["version"])

    @property
    def encoder(self) -> Path:
        """The ONNX graph, token ids and mask to text vectors."""
        return self.folder / LAYOUT.encoder

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's JSON."""
        return self.folder / LAYOUT.tokenizer


def sha256_of(path: Path) -> str:
    """Hexadecimal digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_table(table: EmojiTable, folder: Path) -> None:
    """Write rows and biases; halves are precise enough for scores and half the size."""
    tensors: dict[str, NDArray[Any]] = {
        "rows": table.rows.astype(np.float16),
        "bias": table.bias.astype(np.float32),
        "name_map": table.name_map.astype(np.float16),
    }
    save_file(tensors, folder / LAYOUT.emoji)
    (folder / LAYOUT.emoji).chmod(0o644)  # the library writes it for its owner alone


def write_manifest(
    folder: Path, name: str, emojis: tuple[str, ...], facts: dict[str, Any]
) -> Artifact:
    """Write the manifest over finished files, with their checksums and a version; then load it.

    ``facts`` holds at least ``max_tokens``, ``temperature`` and ``threshold``.
    """
    digests = {file: sha256_of(folder / file) for file in LAYOUT.checked}
    whole = hashlib.sha256("".join(sorted(digests.values())).encode()).hexdigest()
    manifest = {
        "format": FORMAT,
        "version": f"{name}-{whole[:8]}",
        "cleaning": CLEANING_VERSION,
        **facts,
        "sha256": digests,
        "emojis": list(emojis),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / LAYOUT.manifest).write_text(text + "\n", encoding="utf-8")
    return load(folder)


def extra_fields(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says beside what ``seal`` writes itself."""
    sealed = {"format", "version", "cleaning", "sha256", "emojis"}
    return {key: value for key, value in manifest.items() if key not in sealed}


def update_manifest(folder: Path, facts: Mapping[str, Any]) -> Artifact:
    """Say more in the manifest of a verified artifact; its weights and its version stay.

    Raises:
        ArtifactError: it is no artifact.
    """
    loaded = load(folder)
    name = loaded.version.rsplit("-", 1)[0]
    return write_manifest(
        folder, name, loaded.table.emojis, {**extra_fields(loaded.manifest), **facts}
    )


def load(folder: Path) -> Artifact:
    """Read and verify an artifact.

    Raises:
        ArtifactError: missing, corrupt, half-written or of a version that this code cannot serve;
            the file is named.
    """
    manifest = _manifest(folder)
    for file, expected in manifest["sha256"].items():
        path = folder / file
        if not path.is_file():
            raise ArtifactError(f"{path} is missing; fetch the artifact again")
        if sha256_of(path) != expected:
            raise ArtifactError(
                f"{path} is corrupt (its SHA-256 differs); fetch the artifact again"
            )
    try:
        tensors = load_file(folder / LAYOUT.emoji)
        table = EmojiTable(
            tuple(manifest["emojis"]),
            tensors["rows"].astype(np.float32),
            tensors["bias"].astype(np.float32),
            tensors["name_map"].astype(np.float32),
        )
    except (SafetensorError, KeyError) as error:
        raise ArtifactError(f"{folder / LAYOUT.emoji} is not an emoji table: {error}") from error
    if not len(table.emojis) == len(table.rows) == len(table.bias):
        raise ArtifactError(f"{folder / LAYOUT.manifest} lists another number of emojis than rows")
    return Artifact(folder, manifest, table)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / LAYOUT.manifest
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ArtifactError(f"{path}: no artifact here ({error.strerror})") from error
    except ValueError as error:
        raise ArtifactError(f"{path} is corrupt: {error}") from error
    needed = {"format", "version", "cleaning", "max_tokens", "temperature", "threshold", "emojis"}
    missing = sorted({*needed, "sha256"} - set(manifest)) if isinstance(manifest, dict) else ["all"]
    if missing:
        raise ArtifactError(f"{path} lacks {', '.join(missing)}; fetch the artifact again")
    if manifest["format"] != FORMAT or manifest["cleaning"] != CLEANING_VERSION:
        raise ArtifactError(
            f"{path} has format {manifest['format']} and cleaning {manifest['cleaning']}, this "
            f"program serves {FORMAT} and {CLEANING_VERSION}; export it again or change the version"
        )
    absent = [file for file in LAYOUT.checked if file not in manifest["sha256"]]
    if absent:
        raise ArtifactError(f"{path} holds no checksum of {', '.join(absent)}")
    checked: dict[str, Any] = manifest
    return checked


def locate(source: str | None, wanted: Sequence[str] = SERVED) -> Path:
    """The folder of a source: None for the shipped artifact, a folder, or ``ORG/NAME[@REV]``.

    ``wanted`` are the files to fetch from the Hub.

    Raises:
        ArtifactError: no such folder, or the Hub did not give it.
    """
    if source is None:
        return Path(str(files("model").joinpath("default")))
    if Path(source).is_dir():
        return Path(source)
    name, _, revision = source.partition("@")
    if name.count("/") != 1 or source.startswith((".", "/", "~")):
        raise ArtifactError(f"{source} is neither a folder nor a Hub id ORG/NAME[@REV]")
    return _fetch(name, revision or None, wanted)


def _fetch(repository: str, revision: str | None, wanted: Sequence[str]) -> Path:
    # Imported here: a bot that serves a local artifact never pays for the Hub's client.
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.logging import get_logger
    from huggingface_hub.utils.tqdm import disable_progress_bars

    get_logger().setLevel(logging.CRITICAL)  # whatever fails is told below
    if sys.stderr is None or not sys.stderr.isatty():
        disable_progress_bars()
    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=[*wanted]))
    except Exception as error:  # besides its own, the client lets its HTTP library's through
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ArtifactError(f"{repository}: the Hub did not give it: {reason}") from error
