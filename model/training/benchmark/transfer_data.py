"""DeepMoji's transfer sets (Felbo et al., 2017): texts with the classes of another task.

Read from the repository of its authors, ``data/NAME/raw.pickle`` of github.com/bfelbo/DeepMoji.
"""

import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model.text import clean

FILE = "raw.pickle"


@dataclass(frozen=True, slots=True)
class TransferTask:
    """A set, how it is scored, and what DeepMoji's chain-thaw reached on it, if it was measured."""

    name: str
    metric: Literal["F1", "accuracy"]
    chain_thaw: float | None


TRANSFER_TASKS = (
    TransferTask("SE0714", "F1", 0.37),
    TransferTask("Olympic", "F1", 0.61),
    TransferTask("PsychExp", "F1", 0.57),
    TransferTask("SS-Twitter", "accuracy", 0.88),
    TransferTask("SS-Youtube", "accuracy", 0.93),
    TransferTask("SCv1", "F1", 0.69),
    TransferTask("SCv2-GEN", "F1", 0.75),
)


class TransferError(ValueError):
    """A transfer set that cannot be read; one line that names the file."""


@dataclass(frozen=True, slots=True)
class TransferPart:
    """Cleaned texts and their classes."""

    texts: list[str] = field(repr=False)
    classes: NDArray[np.float32] = field(repr=False)
    """1 for each class of a text, else 0, (texts, classes); one column if there are two."""


@dataclass(frozen=True, slots=True)
class TransferSet:
    """The three parts of a set, as its publishers divided it."""

    task: TransferTask
    train: TransferPart
    validation: TransferPart
    test: TransferPart


def read_transfer_set(folder: Path, task: TransferTask) -> TransferSet:
    """Read ``NAME/raw.pickle``; nothing in it is executed but the making of numpy's numbers.

    Raises:
        TransferError: the file is missing, or not as DeepMoji's are.
    """
    path = folder / task.name / FILE
    try:
        with path.open("rb") as file:
            content = _Unpickler(file, encoding="latin1").load()
        texts = [clean(_as_unicode(text)) for text in content["texts"]]
        labels = np.array([np.atleast_1d(entry["label"]) for entry in content["info"]])
        parts = [
            TransferPart([texts[i] for i in indices], _classes(labels)[indices])
            for key in ("train_ind", "val_ind", "test_ind")
            for indices in (np.asarray(content[key], dtype=np.intp),)
        ]
    except OSError as error:
        raise TransferError(f"{path}: cannot be read: {error.strerror}") from None
    except (pickle.UnpicklingError, EOFError, LookupError, TypeError, ValueError) as error:
        raise TransferError(
            f"{path}: no transfer set of DeepMoji: {type(error).__name__}"
        ) from None
    return TransferSet(task, *parts)


def _classes(labels: NDArray[Any]) -> NDArray[np.float32]:
    """Return the classes as columns of 0 and 1: they are published so, or as one number."""
    if labels.shape[1] > 1 or set(np.unique(labels)) <= {0, 1}:
        return labels.astype(np.float32)
    return np.eye(int(labels.max()) + 1, dtype=np.float32)[labels[:, 0].astype(np.intp)]


def _as_unicode(text: str) -> str:
    """Return a text that Python 2 may have stored as bytes of UTF-8."""
    try:
        return text.encode("latin1").decode("utf-8")
    except UnicodeError:
        return text


class _Unpickler(pickle.Unpickler):
    """Reads numbers and arrays of numpy, lists and dictionaries, and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - pickle's
        module = module.replace("numpy.core", "numpy._core")
        allowed = {
            ("numpy._core.multiarray", "scalar"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "dtype"),
            ("numpy", "ndarray"),
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return super().find_class(module, name)
