"""Device of a fit: a CUDA GPU, or the CPU."""

from typing import Literal

import torch

DeviceName = Literal["auto", "cpu", "cuda"]
"""Values of ``--device``."""


class DeviceError(ValueError):
    """A device that torch cannot use; the message is one line with the remedy."""


def resolve_device(name: DeviceName) -> torch.device:
    """Return a torch device; ``auto`` is the GPU if torch can use one, else the CPU.

    Raises:
        DeviceError: ``cuda``, and torch cannot use a GPU.
    """
    is_available = torch.cuda.is_available()
    if name == "cuda" and not is_available:
        raise DeviceError(
            "--device cuda: torch cannot use a GPU here; install its CUDA build and a driver,"
            " or choose --device cpu"
        )
    return torch.device("cuda" if is_available and name != "cpu" else "cpu")
