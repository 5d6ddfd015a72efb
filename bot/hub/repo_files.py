"""Which files make up a model, a data set or a Space on the Hub."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from bot.core.errors import EmojiReactorError
from bot.dataset.folder import check_ours
from model.artifact import LAYOUT, Artifact

_CODE = (".py", ".json", ".csv")


class NothingToPush(EmojiReactorError):
    """A file is missing without which a push makes no sense."""


def model_files(artifact: Artifact) -> dict[str, Path]:
    """What serving reads, and the card.

    Raises:
        NothingToPush: the artifact has no card.
    """
    names = (*LAYOUT.checked, LAYOUT.manifest, LAYOUT.card)
    found = {name: artifact.folder / name for name in names}
    if not found[LAYOUT.card].is_file():
        raise NothingToPush(
            f"{found[LAYOUT.card]} is missing: write the card with emoji-reactor model card"
        )
    return found


def dataset_files(folder: Path) -> dict[str, Path]:
    """An export.

    Raises:
        ExportFailed: a file in the folder is foreign.
    """
    check_ours(folder)
    return {path.relative_to(folder).as_posix(): path for path in _files(folder)}


def space_files(demo: Path, artifact: Artifact) -> dict[str, Path]:
    """The demo, the package that serves, and the artifact as its default.

    Raises:
        NothingToPush: the demo's folder holds no app.py.
    """
    if not (demo / "app.py").is_file():
        raise NothingToPush(f"{demo} holds no app.py; name the demo's folder with --demo")
    package = Path(str(files("model")))
    code = {
        f"model/{path.relative_to(package).as_posix()}": path
        for path in _files(package)
        if path.suffix in _CODE
        and path.relative_to(package).parts[0] not in ("training", "default")
    }
    served = {f"model/default/{name}": path for name, path in model_files(artifact).items()}
    own = {path.relative_to(demo).as_posix(): path for path in _files(demo)}
    return {**code, **served, **own}


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(
            part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts
        )
        if path.is_file() and not hidden:
            yield path
