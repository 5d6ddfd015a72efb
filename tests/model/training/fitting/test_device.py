"""Choice of the device."""

import pytest
import torch

from model.training.fitting.device import DeviceError, autocast, resolve_device


@pytest.mark.parametrize(("name", "with_gpu", "without"), [("auto", "cuda", "cpu"), ("cpu",) * 3])
def test_a_gpu_is_taken_if_there_is_one(
    monkeypatch: pytest.MonkeyPatch, name: str, with_gpu: str, without: str
) -> None:
    for is_available, expected in ((True, with_gpu), (False, without)):
        monkeypatch.setattr(torch.cuda, "is_available", lambda value=is_available: value)
        assert resolve_device(name).type == expected  # type: ignore[arg-type]


def test_a_missing_gpu_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceError, match="choose --device cpu"):
        resolve_device("cuda")


@pytest.mark.parametrize(("name", "dtype"), [("amx_bf16", torch.bfloat16), ("avx2", torch.float32)])
def test_a_cpu_that_only_emulates_bfloat16_computes_in_float32(
    monkeypatch: pytest.MonkeyPatch, name: str, dtype: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {name: True})
    with autocast(torch.device("cpu")):
        assert torch.nn.Linear(2, 2)(torch.ones(1, 2)).dtype == dtype
