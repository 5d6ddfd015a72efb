"""The optimisation loop of every fit: schedule, checkpoints, resumption and early stopping."""

import itertools
import json
import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Generic, Protocol, TypeVar

import torch
from accelerate import Accelerator
from rich.progress import Progress
from torch import Tensor, nn

from model import atomic
from model.training.fitting.errors import CheckpointError, FitError

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
"""State of the latest evaluation, from which an interrupted fit resumes."""
BEST = "best.pt"
"""Weights with the lowest validation loss."""
HISTORY = "history.json"
"""Training and validation loss at each evaluation."""
_MAX_GRADIENT_NORM = 1.0

ItemT = TypeVar("ItemT")


class Objective(Protocol[ItemT]):
    """A network with its data and optimisers, as the loop minimises it."""

    @property
    def module(self) -> nn.Module:
        """Network whose weights are saved."""

    @property
    def optimizers(self) -> Sequence[torch.optim.Optimizer]:
        """Optimisers of disjoint parameters; their learning rates are the schedule's peaks."""

    @property
    def clipped_parameters(self) -> Sequence[Tensor]:
        """Parameters whose joint gradient norm is limited."""

    def batches(self, epoch: int) -> Iterator[ItemT]:
        """Yield ``LoopOptions.steps_per_epoch`` batches, the same for the same epoch."""

    def training_loss(self, batch: ItemT) -> Tensor:
        """Return a differentiable scalar, in nats."""

    def validation_loss(self) -> float:
        """Return the mean validation loss in nats."""


def constant(step: float) -> float:
    """Return 1: the learning rate stays at its peak."""
    return 1.0


@dataclass(frozen=True, slots=True)
class LinearSchedule:
    """Linear warm-up to the peak, then linear decay to a hundredth of it."""

    total_steps: int
    warmup_steps: int

    def __call__(self, step: float) -> float:
        """Return the factor of the peak learning rate at a step, counted from 0."""
        if step < self.warmup_steps:
            return min(1.0, (step + 1) / self.warmup_steps)
        remaining = self.total_steps - step
        return max(0.01, remaining / max(1, self.total_steps - self.warmup_steps))


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """Length, evaluation and reproducibility of a loop."""

    steps_per_epoch: int
    total_steps: int
    evaluate_every: int
    """Steps between evaluations."""
    patience: int
    """Evaluations without a lower validation loss after which the fit stops."""
    seed: int
    schedule: Callable[[float], float] = constant
    max_minutes: float | None = None
    """Time after which the loop ends; the schedule then follows the share of it that is over."""
    checkpoint: str = CHECKPOINT
    """File name."""
    restart_on_other_data: bool = False
    """Start anew if the checkpoint has another fingerprint; by default that is an error."""


@dataclass(slots=True)
class LoopState:
    """Progress of a loop, saved with every checkpoint."""

    fingerprint: str
    """Digest of data and hyper-parameters, by which a checkpoint is recognised."""
    step: int = 0
    best_loss: float = math.inf
    evaluations_without_gain: int = 0
    seconds: float = 0.0
    """Time spent in the loop, in all runs together."""
    history: list[dict[str, float]] = field(default_factory=list)
    """``step``, ``train`` (loss of the last batch) and ``validation`` of each evaluation."""


class TrainingLoop(Generic[ItemT]):
    """Minimisation of an objective in a folder; ``run`` resumes from the last checkpoint there."""

    def __init__(
        self,
        objective: Objective[ItemT],
        options: LoopOptions,
        folder: Path,
        fingerprint: str,
        metadata: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Prepare a loop; ``metadata`` is saved beside the best weights."""
        self.objective, self.options, self.folder = objective, options, folder
        self.state = LoopState(fingerprint)
        self._metadata = dict(metadata or {})
        self._accelerator = Accelerator()
        self._peaks = [group["lr"] for group in self._parameter_groups()]
        self._resumed_at = time.monotonic()
        self._earlier_seconds = 0.0

    def run(self, progress: Progress) -> None:
        """Minimise until the last step or until patience is exhausted, then load the best weights.

        Raises:
            CheckpointError: the checkpoint is damaged or belongs to other data.
            FitError: no validation loss was finite.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(self.options.seed)
        self._resume()
        self._resumed_at, self._earlier_seconds = time.monotonic(), self.state.seconds
        task = progress.add_task("fit", total=self.options.total_steps)
        progress.update(task, completed=self._position)
        loss = math.nan
        for batch in self._remaining_batches():
            loss = self._step(batch)
            self.state.seconds = self._earlier_seconds + time.monotonic() - self._resumed_at
            progress.update(task, completed=self._position, description=f"loss {loss:.3f}")
            if self.state.step % self.options.evaluate_every == 0:
                self._evaluate(loss)
        if not self.state.history or self.state.history[-1]["step"] != self.state.step:
            self._evaluate(loss)
        progress.update(task, total=self.state.step, completed=self.state.step)
        self._load_best()

    @property
    def _is_finished(self) -> bool:
        options, state = self.options, self.state
        return (
            self._position >= options.total_steps
            or state.evaluations_without_gain >= options.patience
        )

    @property
    def _position(self) -> float:
        """Steps taken, or the equivalent of the elapsed share of the time if that is more."""
        options, state = self.options, self.state
        if options.max_minutes is None:
            return state.step
        return max(state.step, options.total_steps * state.seconds / (60 * options.max_minutes))

    def _remaining_batches(self) -> Iterator[ItemT]:
        """Yield batches from the current step on; those before a resumption are passed over."""
        first_epoch, done = divmod(self.state.step, self.options.steps_per_epoch)
        for epoch in itertools.count(first_epoch):
            skipped = done if epoch == first_epoch else 0
            for batch in itertools.islice(self.objective.batches(epoch), skipped, None):
                if self._is_finished:
                    return
                yield batch
            if self._is_finished:
                return

    def _step(self, batch: ItemT) -> float:
        factor = self.options.schedule(self._position)
        for group, peak in zip(self._parameter_groups(), self._peaks, strict=True):
            group["lr"] = peak * factor
        optimizers = self.objective.optimizers
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss = self.objective.training_loss(batch)
        self._accelerator.backward(loss)
        self._accelerator.clip_grad_norm_(self.objective.clipped_parameters, _MAX_GRADIENT_NORM)
        for optimizer in optimizers:
            optimizer.step()
        self.state.step += 1
        return float(loss.detach())

    def _parameter_groups(self) -> list[dict[str, Any]]:
        # Asked for each time: an optimiser that loads its state has new groups.
        return [group for optim in self.objective.optimizers for group in optim.param_groups]

    def _evaluate(self, train_loss: float) -> None:
        loss, state = self.objective.validation_loss(), self.state
        state.history.append({"step": state.step, "train": train_loss, "validation": loss})
        is_best = loss < state.best_loss
        state.evaluations_without_gain = 0 if is_best else state.evaluations_without_gain + 1
        if is_best:
            state.best_loss = loss
        self._save(is_best=is_best)
        log.info("step %d: train %.4f validation %.4f", state.step, train_loss, loss)

    def _save(self, *, is_best: bool) -> None:
        self._accelerator.wait_for_everyone()
        if self._accelerator.is_main_process:
            network = self.objective.module.state_dict()
            if is_best:
                save_atomically({"network": network, **self._metadata}, self.folder / BEST)
            history = json.dumps(self.state.history)
            atomic.write(self.folder / HISTORY, history, mode=0o644)
            self._save_checkpoint(network)
        self._accelerator.wait_for_everyone()

    def _save_checkpoint(self, network: dict[str, Tensor]) -> None:
        checkpoint = {
            "network": network,
            "optimizers": [optimizer.state_dict() for optimizer in self.objective.optimizers],
            "state": asdict(self.state),
            "random": torch.get_rng_state(),
            "cuda_random": torch.cuda.get_rng_state_all(),
        }
        save_atomically(checkpoint, self.folder / self.options.checkpoint)

    def _resume(self) -> None:
        path = self.folder / self.options.checkpoint
        if not path.exists():
            return
        saved = _load_checkpoint(path)
        state = LoopState(**saved["state"])
        if state.fingerprint != self.state.fingerprint:
            if self.options.restart_on_other_data:
                return
            raise CheckpointError(
                f"{path} belongs to other data; choose another --out to start afresh"
            )
        self.objective.module.load_state_dict(saved["network"])
        for optimizer, content in zip(self.objective.optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(content)
        torch.set_rng_state(saved["random"])
        if len(saved.get("cuda_random", ())) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all(saved.get("cuda_random", ()))
        self.state = state
        log.info("resumed at step %d", state.step)

    def _load_best(self) -> None:
        if math.isinf(self.state.best_loss):
            raise FitError("no validation loss was finite; lower the learning rates")
        self.objective.module.load_state_dict(_load(self.folder / BEST)["network"])


def _load_checkpoint(path: Path) -> dict[str, Any]:
    try:
        return _load(path)
    except (RuntimeError, EOFError, UnpicklingError):
        raise CheckpointError(
            f"{path} is damaged; delete it, or choose another --out, to start afresh"
        ) from None


def _load(path: Path) -> dict[str, Any]:
    """Load onto the CPU: the network and the optimisers copy from there to their own devices."""
    content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return content


def save_atomically(content: object, path: Path) -> None:
    """Write a torch file; an interruption leaves the old one."""
    atomic.write_binary(path, lambda file: torch.save(content, file), mode=0o644)
