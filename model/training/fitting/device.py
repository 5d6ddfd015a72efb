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


def autocast(device: torch.device) -> torch.autocast:
    """Return a context of bfloat16 arithmetic; of float32 on a CPU that only emulates bfloat16.

    Emulation is ten times slower than float32 on a CPU with AVX2 alone.
    """
    enabled = device.type != "cpu" or _has_bfloat16()
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


def _has_bfloat16() -> bool:
    """Return True if the CPU multiplies bfloat16 matrices itself."""
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "arm_bf16"))
