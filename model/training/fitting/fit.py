"""The fit: examples and a base checkpoint to a trained network, resumable."""

import json
import logging
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic

import numpy as np
import torch
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import Tensor, nn

from model.examples import Example
from model.training.data.batches import (
    Batch,
    TokenizedExamples,
    class_weights,
    emoji_vocabulary,
    tokenize,
)
from model.training.network.name_embeddings import describe_emoji, initial_embeddings
from model.training.network.text_encoder import (
    EmojiNetwork,
    TextEncoder,
    TextEncoderT,
    encode_texts,
    load_tokenizer,
)
from model.training.recipe import FitRecipe

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
BEST = "best.pt"


@dataclass(slots=True)
class FitState:
    """Where a fit stands; saved with every checkpoint."""

    step: int = 0
    best: float = math.inf
    without_gain: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FitData:
    """What a fit reads."""

    train: TokenizedExamples
    validation: TokenizedExamples
    emojis: list[str]
    sources: list[str]


def load_fit_data(
    recipe: FitRecipe, tokenizer: Tokenizer, train: list[Example], validation: list[Example]
) -> FitData:
    """Choose the emojis with enough examples and tokenise."""
    emojis = emoji_vocabulary(train, recipe.min_count)
    sources = sorted({x.source for x in (*train, *validation)})
    weights = class_weights(train, recipe.class_weight_power)
    return FitData(
        tokenize(train, tokenizer, emojis, sources, weights),
        tokenize(validation, tokenizer, emojis, sources, {}),
        emojis,
        sources,
    )


def new_network(base: str, data: FitData, allowed: Tensor) -> EmojiNetwork[TextEncoder]:
    """A network whose rows say what the emojis are called."""
    text = TextEncoder.from_base(base)
    tokenizer = load_tokenizer(base, text.max_name_tokens)
    vectors = encode_texts(text.eval(), tokenizer, [describe_emoji(emoji) for emoji in data.emojis])
    return EmojiNetwork(text, initial_embeddings(vectors), allowed)


def make_label_mask(data: FitData, single_label: set[str]) -> Tensor:
    """(sources, emojis) bool: a source with a fixed label set can show no other emoji."""
    allowed = torch.ones(len(data.sources), len(data.emojis), dtype=torch.bool)
    for i, name in enumerate(data.sources):
        if name in single_label:
            allowed[i] = False
            for index in np.flatnonzero(data.train.source == i):
                allowed[i, data.train.emojis[index].astype(np.int64)] = True
    return allowed


def soft_cross_entropy(logits: Tensor, batch: Batch, spread: float) -> Tensor:
    """Weighted soft cross-entropy, a scalar.

    Where emojis are alternatives, the target lies between an even one (``spread`` = 1) and the
    model's own choice among them (0), which is the marginal likelihood's expectation step.
    """
    log_p = torch.log_softmax(logits, dim=1)
    inside = torch.where(batch.targets > 0, log_p.detach(), -torch.inf)
    chosen = spread * batch.targets + (1 - spread) * torch.softmax(inside, dim=1)
    targets = torch.where(batch.any_fits.unsqueeze(1), chosen, batch.targets)
    losses = -(targets * log_p).sum(1)
    return (losses * batch.weight).sum() / batch.weight.sum()


def _schedule(step: int, total: int, warmup: int) -> float:
    """Linear up, linear down to a hundredth."""
    if step < warmup:
        return (step + 1) / warmup
    return max(0.01, (total - step) / max(1, total - warmup))


class Fit(Generic[TextEncoderT]):
    """One fit in a folder: ``run`` goes on from the last checkpoint there.

    What ``beside`` makes of a batch, (batch, emojis), is added to the network's logits, and learns
    nothing.
    """

    def __init__(
        self,
        recipe: FitRecipe,
        network: EmojiNetwork[TextEncoderT],
        data: FitData,
        folder: Path,
        beside: nn.Module | None = None,
    ) -> None:
        self.recipe, self.network, self.data, self.folder = recipe, network, data, folder
        self.logit_offset = beside
        self.state = FitState()
        looked_up = _looked_up(network.text_encoder)
        apart = {id(parameter) for parameter in looked_up}
        dense = [p for p in network.text_encoder.parameters() if id(p) not in apart]
        self._clipped = [*dense, network.embeddings, network.bias, network.source_bias]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": dense, "lr": recipe.learning_rate},
                # A source's bias learns no faster than the rows: a fast one would learn from the
                # source alone what the words should have taught.
                {
                    "params": [network.embeddings, network.source_bias],
                    "lr": recipe.embedding_learning_rate,
                },
                {
                    # A slow prior would be left to the rows.
                    "params": [network.bias],
                    "lr": recipe.embedding_learning_rate * 10,
                    "weight_decay": 0.0,
                },
            ],
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        # A step looks up few rows of a large table: only those are moved.
        self.sparse = (
            torch.optim.SparseAdam(looked_up, lr=recipe.learning_rate) if looked_up else None
        )
        self._peaks = [group["lr"] for group in self._groups()]
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one pass, the windows' short last batches included."""
        full, rest = divmod(len(self.data.train), self.recipe.batch_size * 64)
        return full * 64 + math.ceil(rest / self.recipe.batch_size)

    @property
    def total_steps(self) -> int:
        """Steps of the whole fit."""
        return max(1, round(self.steps_per_epoch * self.recipe.epochs))

    def run(self, progress: Progress) -> EmojiNetwork[TextEncoderT]:
        """Train to the end or until patience is out, then take the best network."""
        self._resume()
        task = progress.add_task("fit", total=self.total_steps, completed=self.state.step)
        torch.manual_seed(self.recipe.seed)
        for epoch in range(math.ceil(self.recipe.epochs)):
            rng = np.random.default_rng([self.recipe.seed, epoch])
            batches = self.data.train.epoch_batches(self.recipe.batch_size, rng)
            for i, indices in enumerate(batches):
                step = epoch * self.steps_per_epoch + i
                if step < self.state.step:
                    continue  # done before the resume
                if step >= self.total_steps or self.state.without_gain >= self.recipe.patience:
                    break
                loss = self._step(self.data.train.batch(indices))
                progress.update(task, completed=self.state.step, description=f"loss {loss:.3f}")
                if self.state.step % self.recipe.evaluate_every == 0:
                    self._evaluate(loss)
        if self.state.step % self.recipe.evaluate_every:
            self._evaluate(math.nan)
        best = torch.load(self.folder / BEST, weights_only=True)
        self.network.load_state_dict(best["network"])
        return self.network.eval()

    def _step(self, batch: Batch) -> float:
        factor = _schedule(
            self.state.step, self.total_steps, max(1, int(self.total_steps * self.recipe.warmup))
        )
        for group, peak in zip(self._groups(), self._peaks, strict=True):
            group["lr"] = peak * factor
        loss = soft_cross_entropy(
            self._logits(batch, training=True), batch, self.recipe.alternatives_spread
        )
        for optimizer in self._optimizers():
            optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call] # torch leaves it so
        torch.nn.utils.clip_grad_norm_(self._clipped, 1.0)
        for optimizer in self._optimizers():
            optimizer.step()
        self.state.step += 1
        return float(loss.detach())

    def _logits(self, batch: Batch, *, training: bool) -> Tensor:
        self.network.train(training)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.network(batch.input_ids, batch.attention_mask, batch.source)
        said: Tensor = logits.float()
        return (
            said if self.logit_offset is None else said + self.logit_offset.train(training)(batch)
        )

    def _optimizers(self) -> list[torch.optim.Optimizer]:
        return [self.optimizer] if self.sparse is None else [self.optimizer, self.sparse]

    def _groups(self) -> list[dict[str, Any]]:
        return [group for each in self._optimizers() for group in each.param_groups]

    @torch.inference_mode()
    def validation_loss(self) -> float:
        """Mean loss over the validation examples, their weights aside from class weights."""
        total = 0.0
        data = self.data.validation
        order = np.argsort(np.diff(data.offsets), kind="stable")
        for start in range(0, len(order), 128):
            batch = data.batch(order[start : start + 128])
            loss = soft_cross_entropy(self._logits(batch, training=False), batch, 1.0)
            total += float(loss) * len(batch.weight)
        return total / len(data)

    def _evaluate(self, train_loss: float) -> None:
        loss = self.validation_loss()
        state = self.state
        state.history.append({"step": state.step, "train": train_loss, "validation": loss})
        if loss < state.best:
            state.best, state.without_gain = loss, 0
            self._save_best()
        else:
            state.without_gain += 1
        self._save()
        (self.folder / "history.json").write_text(json.dumps(state.history), encoding="utf-8")
        log.info("step %d: train %.4f validation %.4f", state.step, train_loss, loss)

    def _save_best(self) -> None:
        best = {
            "network": self.network.state_dict(),
            "emojis": self.data.emojis,
            "sources": self.data.sources,
        }
        save_atomically(best, self.folder / BEST)

    def _save(self) -> None:
        checkpoint = {
            "network": self.network.state_dict(),
            "optimizers": [each.state_dict() for each in self._optimizers()],
            "state": asdict(self.state),
            "emojis": self.data.emojis,
            "examples": len(self.data.train),
        }
        save_atomically(checkpoint, self.folder / CHECKPOINT)

    def _resume(self) -> None:
        path = self.folder / CHECKPOINT
        if not path.exists():
            return
        saved = torch.load(path, weights_only=True)
        same = saved["emojis"] == self.data.emojis and saved["examples"] == len(self.data.train)
        if not same:
            raise ValueError(f"{path} belongs to other data; choose another --out to start afresh")
        self.network.load_state_dict(saved["network"])
        for optimizer, state in zip(self._optimizers(), saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        self.state = FitState(**saved["state"])
        log.info("resumed at step %d", self.state.step)


def _looked_up(text: nn.Module) -> list[Tensor]:
    """Tables whose gradient is sparse."""
    tables = [m for m in text.modules() if isinstance(m, nn.Embedding) and m.sparse]
    return [table.weight for table in tables]


def save_atomically(content: object, path: Path) -> None:
    """A kill in the middle leaves the last good checkpoint."""
    partial = path.with_suffix(".partial")
    torch.save(content, partial)
    partial.replace(path)
