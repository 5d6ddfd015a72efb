"""The files of a model, a data set or a Space in its repository on the Hub."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from bot.core.errors import EmojiReactorError
from bot.dataset.folder import EXPORT_FILES, check_export_folder
from model.artifact import LAYOUT, Artifact
from model.artifact_source import REPOSITORY_FOLDER

_PACKAGE_SUFFIXES = (".py", ".json", ".csv")
_NOT_SERVED = ("training", "default")
"""Folders of ``model`` that a Space does not need, or gets from the artifact."""


STATIC_PAGE = "static"
"""Folder of the demo with the page that computes in the visitor's browser."""
LIBRARY_FILES = ("transformers.min.js", "ort-wasm-simd-threaded.*")


class MissingFile(EmojiReactorError):
    """A file that a push needs is missing."""


def model_files(artifact: Artifact) -> dict[str, Path]:
    """Return the served files of an artifact and its card, by path in the repository.

    Raises:
        MissingFile: the artifact has no card.
    """
    names = (*artifact.manifest.sha256, LAYOUT.manifest, LAYOUT.card)
    paths = {name: artifact.folder / name for name in names}
    if not paths[LAYOUT.card].is_file():
        raise MissingFile(
            f"{paths[LAYOUT.card]} is missing: write the card with emoji-reactor model card"
        )
    return paths


def layout_files(folder: Path, artifact: Artifact) -> dict[str, Path]:
    """Return the layouts in a folder, at the root of the repository, and the artifact beside them.

    Raises:
        MissingFile: the artifact has no card.
    """
    layouts = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    served = model_files(artifact).items()
    return layouts | {f"{REPOSITORY_FOLDER}/{name}": path for name, path in served}


def dataset_files(folder: Path) -> dict[str, Path]:
    """Return the files of an export, by path in the repository.

    Raises:
        ExportFailed: the folder contains a file that is not part of an export.
    """
    check_export_folder(folder)
    return {name: folder / name for name in sorted(EXPORT_FILES) if (folder / name).is_file()}


def space_files(demo: Path, artifact: Artifact) -> dict[str, Path]:
    """Return the demo, the package ``model``, and the artifact as its default, by path.

    Raises:
        MissingFile: the demo's folder holds no app.py, or the artifact has no card.
    """
    if not (demo / "app.py").is_file():
        raise MissingFile(f"{demo} holds no app.py; name the demo's folder with --demo")
    package = Path(str(files("model")))
    code = {
        f"model/{path.relative_to(package).as_posix()}": path
        for path in _files(package)
        if path.suffix in _PACKAGE_SUFFIXES
        and path.relative_to(package).parts[0] not in _NOT_SERVED
    }
    served = {f"model/default/{name}": path for name, path in model_files(artifact).items()}
    page = {
        path.relative_to(demo).as_posix(): path
        for path in _files(demo)
        if path.relative_to(demo).parts[0] != STATIC_PAGE
    }
    return {**code, **served, **page}


def static_space_files(demo: Path, library: Path, built: Path) -> dict[str, Path]:
    """Return the static page, transformers.js, and what ``built`` holds, by path.

    ``library`` is the folder ``node_modules`` into which npm installed transformers.js.

    Raises:
        MissingFile: the demo's folder holds no static page, or npm did not install the library.
    """
    page = demo / STATIC_PAGE
    if not (page / "index.html").is_file():
        raise MissingFile(f"{page} holds no index.html; name the demo's folder with --demo")
    packages = ("@huggingface/transformers/dist", "onnxruntime-web/dist")
    code = [
        path
        for package, name in zip(packages, LIBRARY_FILES, strict=True)
        for path in sorted((library / package).glob(name))
    ]
    if not code:
        raise MissingFile(
            f"{library} holds no transformers.js; npm install @huggingface/transformers, and name"
            " its folder node_modules with --library"
        )
    return {
        **{path.relative_to(page).as_posix(): path for path in _files(page)},
        **{path.relative_to(built).as_posix(): path for path in _files(built)},
        **{f"lib/{path.name}": path for path in code},
    }


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(
            part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts
        )
        if path.is_file() and not hidden:
            yield path
