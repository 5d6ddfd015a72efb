"""The optimisation loop on a line through points: it learns, stops, resumes and keeps the best."""

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch
from rich.progress import Progress
from torch import Tensor, nn

from bot.cli.errors import report_error
from model.training.fitting import loop
from model.training.fitting.errors import CheckpointError, FitError
from model.training.fitting.loop import (
    BEST,
    CHECKPOINT,
    HISTORY,
    LinearSchedule,
    LoopOptions,
    TrainingLoop,
)

OPTIONS = LoopOptions(steps_per_epoch=5, total_steps=18, evaluate_every=4, patience=99, seed=3)


class Line:
    """An objective: one weight that is to become 3, with noise from torch's generator."""

    def __init__(self, losses: Sequence[float] = ()) -> None:
        self.module = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(self.module.weight)
        self.clipped_parameters = list(self.module.parameters())
        self.optimizers: list[torch.optim.Optimizer] = [
            torch.optim.Adam(self.clipped_parameters, lr=0.2)
        ]
        self.drawn: list[tuple[int, int]] = []
        self._losses = list(losses)

    def batches(self, epoch: int) -> Iterator[tuple[int, int]]:
        for i in range(OPTIONS.steps_per_epoch):
            yield epoch, i

    def training_loss(self, batch: tuple[int, int]) -> Tensor:
        self.drawn.append(batch)
        loss: Tensor = (self.module.weight - 3 + 0.1 * torch.randn(1, 1)).square().sum()
        return loss

    def validation_loss(self) -> float:
        return self._losses.pop(0) if self._losses else abs(float(self.module.weight.detach()) - 3)


def run(objective: Line, folder: Path, options: LoopOptions = OPTIONS, data: str = "a") -> None:
    TrainingLoop(objective, options, folder, data, {"emojis": ["😂"]}).run(Progress(disable=True))


def history(folder: Path) -> list[dict[str, float]]:
    points: list[dict[str, float]] = json.loads((folder / HISTORY).read_text())
    return points


def test_it_runs_every_batch_once_and_evaluates_at_the_end_too(tmp_path: Path) -> None:
    objective = Line()
    run(objective, tmp_path)
    assert objective.drawn == [(step // 5, step % 5) for step in range(18)]
    assert [point["step"] for point in history(tmp_path)] == [4, 8, 12, 16, 18]
    assert torch.load(tmp_path / BEST, weights_only=True)["emojis"] == ["😂"]
    assert float(objective.module.weight.detach()) > 1.5


@pytest.mark.parametrize("stop", [3, 4, 9, 17])
def test_an_interrupted_run_ends_as_an_uninterrupted_one(tmp_path: Path, stop: int) -> None:
    whole, interrupted, resumed = Line(), Line(), Line()
    run(whole, tmp_path / "whole")
    training_loss = interrupted.training_loss

    def interrupt(batch: tuple[int, int]) -> Tensor:
        if len(interrupted.drawn) == stop:
            raise KeyboardInterrupt
        return training_loss(batch)

    interrupted.training_loss = interrupt  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        run(interrupted, tmp_path / "stopped")
    run(resumed, tmp_path / "stopped")
    assert resumed.drawn == whole.drawn[stop // 4 * 4 :]
    assert torch.equal(resumed.module.weight, whole.module.weight)
    assert history(tmp_path / "stopped") == history(tmp_path / "whole")


def test_a_finished_run_takes_no_further_step(tmp_path: Path) -> None:
    first, again = Line(), Line()
    run(first, tmp_path)
    run(again, tmp_path)
    assert again.drawn == []
    assert torch.equal(again.module.weight, first.module.weight)


def test_patience_ends_it_and_the_best_weights_return(tmp_path: Path) -> None:
    objective = Line(losses=[5.0, 1.0, 2.0, 3.0, 0.1])
    options = LoopOptions(steps_per_epoch=5, total_steps=18, evaluate_every=2, patience=2, seed=3)
    run(objective, tmp_path, options)
    assert [point["validation"] for point in history(tmp_path)] == [5.0, 1.0, 2.0, 3.0]
    best = torch.load(tmp_path / BEST, weights_only=True)["network"]
    latest = torch.load(tmp_path / CHECKPOINT, weights_only=True)["network"]
    assert torch.equal(objective.module.weight, best["weight"])
    assert not torch.equal(objective.module.weight, latest["weight"])


def test_a_checkpoint_of_other_data_is_refused_or_replaced(tmp_path: Path) -> None:
    run(Line(), tmp_path)
    with pytest.raises(CheckpointError, match="belongs to other data"):
        run(Line(), tmp_path, data="b")
    options = LoopOptions(
        steps_per_epoch=5, total_steps=18, evaluate_every=4, patience=99, seed=3,
        restart_on_other_data=True,
    )  # fmt: skip
    anew = Line()
    run(anew, tmp_path, options, data="b")
    assert len(anew.drawn) == 18


class Clock:
    """A clock that an objective moves on by some seconds a step."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 1000.0
        monkeypatch.setattr(loop, "time", self)

    def monotonic(self) -> float:
        return self.seconds

    def moves(self, objective: Line, seconds: float) -> list[float]:
        """Let each step take some seconds; return the learning rates, as they come."""
        training_loss, rates = objective.training_loss, list[float]()

        def slow(batch: tuple[int, int]) -> Tensor:
            self.seconds += seconds
            rates.append(objective.optimizers[0].param_groups[0]["lr"] / 0.2)
            return training_loss(batch)

        objective.training_loss = slow  # type: ignore[method-assign]
        return rates


TIMED = LoopOptions(
    steps_per_epoch=5, total_steps=1000, evaluate_every=4, patience=99, seed=3, max_minutes=1.0,
    schedule=LinearSchedule(1000, 200),
)  # fmt: skip


def test_a_time_limit_ends_it_and_the_schedule_follows_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objective = Line()
    rates = Clock(monkeypatch).moves(objective, 6.0)
    run(objective, tmp_path, TIMED)
    assert len(rates) == 10
    # A tenth of the time each: a fifth of it is warm-up, and then the rate falls to nothing.
    assert rates[1:3] == pytest.approx([0.505, 1.0])
    assert rates[3:] == pytest.approx([0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])
    assert [point["step"] for point in history(tmp_path)] == [4, 8, 10]


def test_an_interrupted_run_goes_on_with_the_rest_of_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, interrupted, resumed = Clock(monkeypatch), Line(), Line()
    clock.moves(interrupted, 6.0)
    training_loss = interrupted.training_loss

    def interrupt(batch: tuple[int, int]) -> Tensor:
        if len(interrupted.drawn) == 6:
            raise KeyboardInterrupt
        return training_loss(batch)

    interrupted.training_loss = interrupt  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        run(interrupted, tmp_path, TIMED)
    clock.seconds += 3600  # between the runs
    rates = clock.moves(resumed, 6.0)
    run(resumed, tmp_path, TIMED)
    # The checkpoint is from step 4: 24 of 60 seconds were over.
    assert rates == pytest.approx([0.75, 0.625, 0.5, 0.375, 0.25, 0.125])


def test_the_steps_end_a_run_that_is_faster_than_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objective = Line()
    Clock(monkeypatch).moves(objective, 0.1)
    short = LoopOptions(
        steps_per_epoch=5, total_steps=18, evaluate_every=4, patience=99, seed=3, max_minutes=1.0
    )
    run(objective, tmp_path, short)
    assert len(objective.drawn) == 18


def test_losses_that_are_never_finite_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(FitError, match="no validation loss was finite"):
        run(Line(losses=[math.nan] * 9), tmp_path)


@pytest.mark.parametrize("cause", ["other data", "damaged", "not finite"])
def test_a_fit_that_cannot_go_on_is_one_line_with_its_remedy(
    cause: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objective = Line(losses=[math.nan] * 9) if cause == "not finite" else Line()
    if cause != "not finite":
        run(Line(), tmp_path)
    if cause == "damaged":
        (tmp_path / CHECKPOINT).write_bytes((tmp_path / CHECKPOINT).read_bytes()[:100])
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the line is checked below
        run(objective, tmp_path, data="b" if cause == "other data" else "a")
    assert report_error(raised.value) == 1
    written = capsys.readouterr().err
    assert written.startswith("emoji-reactor: ")
    assert len(written.splitlines()) == 1
    assert "bug" not in written
    assert ("--out" in written) == (cause != "not finite")
    assert ("learning rates" in written) == (cause == "not finite")


def test_the_schedule_warms_up_and_decays() -> None:
    schedule = LinearSchedule(total_steps=110, warmup_steps=10)
    assert [schedule(step) for step in (0, 4, 9, 10, 60)] == [0.1, 0.5, 1.0, 1.0, 0.5]
    assert schedule(110) == 0.01
