"""The fit on feedback: a candidate artifact from a served one, resumable.

By default the encoder is frozen: its vectors are computed once, and rows, biases and a projection
that is folded into the rows are fitted. On rehearsal texts the candidate is held to the answers of
the artifact that it comes from (learning without forgetting, Li & Hoiem, 2016); a rejected emoji
is unlikely on its text (unlikelihood, Welleck et al., 2020).
"""

import copy
import hashlib
import logging
import math
import shutil
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import Progress
from torch import Tensor, nn

from model import artifact
from model.artifact import LAYOUT, Artifact, save_table, seal
from model.feedback import FeedbackError
from model.predictor import Predictor
from model.training.export import export_encoder
from model.training.fit import save_atomically
from model.training.lessons import Lesson
from model.training.network import TextEncoder, load_tokenizer
from model.training.restore import restore_text

log = logging.getLogger(__name__)

CHECKPOINT = "adapt.pt"
_ENCODED = 64


@dataclass(frozen=True, slots=True)
class AdaptRecipe:
    """Hyper-parameters."""

    epochs: int = 20
    batch: int = 256
    rows_learning_rate: float = 4e-3
    encoder_learning_rate: float = 2e-5
    rehearsal: float = 2.0
    """Weight of what is not to be forgotten."""
    trust: float = 0.3
    """Share of the probability on a text that goes to what people liked there."""
    rejection: float = 1.0
    """Weight of what people took away."""
    patience: int = 2
    seed: int = 20
    full: bool = False
    """Fit the encoder as well."""


class Heads(nn.Module):
    """Rows, biases and a projection over text vectors; ``text`` where the encoder learns too."""

    def __init__(self, source: Artifact, text: TextEncoder | None) -> None:
        """Begin with what the artifact answers."""
        super().__init__()
        self.rows = nn.Parameter(torch.from_numpy(source.table.rows.copy()))
        self.bias = nn.Parameter(torch.from_numpy(source.table.bias.copy()))
        self.projection = nn.Parameter(torch.eye(source.table.rows.shape[1]))
        self.text = text
        self.temperature = float(source.manifest["temperature"])

    def forward(self, vectors: Tensor) -> Tensor:
        """Log-odds as they are served, (texts, emojis)."""
        logits: Tensor = (vectors @ self.projection) @ self.rows.T + self.bias
        return logits / self.temperature


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, the vectors that the artifact has for them, and what was said of each."""

    texts: list[str]
    vectors: Tensor
    """(texts, d)"""
    words: list[dict[int, float]] = field(default_factory=list)
    """Column of an emoji -> weight, above 0 where it was liked, below where it was rejected."""

    def __len__(self) -> int:
        """How many."""
        return len(self.texts)


@dataclass(slots=True)
class State:
    """Where a fit stands; saved with every epoch."""

    digest: str
    epoch: int = 0
    loss: float = math.inf
    without_gain: int = 0


def lesson_loss(logits: Tensor, before: Tensor, words: Tensor, recipe: AdaptRecipe) -> Tensor:
    """What people said, beside what the artifact said before: a scalar.

    ``words`` (texts, emojis) holds the weights, below 0 for what was rejected. A share ``trust`` of
    the target is what was liked, the rest the answer before without what was rejected.
    """
    log_p = torch.log_softmax(logits, dim=1)
    liked, rejected = words.clamp(min=0), -words.clamp(max=0)
    some = liked.sum(1, keepdim=True)
    trust = recipe.trust * (some > 0)
    others = torch.softmax(before.masked_fill(rejected > 0, -1e4), dim=1)
    target = trust * liked / some.clamp(min=1e-6) + (1 - trust) * others
    unlikely = -torch.log1p(-log_p.exp().clamp(max=1 - 1e-6))
    weight = words.abs().sum(1)
    each = -(target * log_p).sum(1) * weight + recipe.rejection * (rejected * unlikely).sum(1)
    return each.sum() / weight.sum()


def kept_loss(logits: Tensor, before: Tensor) -> Tensor:
    """Kullback-Leibler divergence from the answers before, a scalar."""
    return nn.functional.kl_div(
        torch.log_softmax(logits, dim=1),
        torch.log_softmax(before, dim=1),
        reduction="batchmean",
        log_target=True,
    )


class Adaptation:
    """One fit in a folder; ``run`` goes on from the last checkpoint there."""

    def __init__(self, source: Artifact, recipe: AdaptRecipe, folder: Path) -> None:
        """Begin with an artifact.

        Raises:
            RestoreError: the encoder is to learn too, and is no BERT.
        """
        torch.manual_seed(recipe.seed)
        self.source, self.recipe, self.folder = source, recipe, folder
        self._predictor = Predictor(source, threads=torch.get_num_threads())
        text = restore_text(source).train() if recipe.full else None
        self.heads = Heads(source, text)
        self.before = Heads(source, None).requires_grad_(False)
        self._best = copy.deepcopy(self.heads.state_dict())
        self._tokenizer = load_tokenizer(str(source.folder), int(source.manifest["max_tokens"]))
        own = [self.heads.rows, self.heads.bias]
        groups = [{"params": own, "lr": recipe.rows_learning_rate}]
        if text is None:
            projection = [self.heads.projection]
            groups.append({"params": projection, "lr": recipe.rows_learning_rate / 10})
        else:
            self.heads.projection.requires_grad_(False)
            encoder = list(text.parameters())
            groups.append({"params": encoder, "lr": recipe.encoder_learning_rate})
        self.optimizer = torch.optim.Adam(groups)
        folder.mkdir(parents=True, exist_ok=True)

    def run(
        self,
        lessons: Sequence[Lesson],
        validation: Sequence[Lesson],
        rehearsal: Sequence[str],
        progress: Progress,
    ) -> Heads:
        """Fit until the validation loss stops falling, then take the best epoch's weights.

        Raises:
            FeedbackError: no lesson is about an emoji of the artifact.
        """
        task = progress.add_task("read the texts", total=None)
        taught, checked = self._taught(lessons), self._taught(validation)
        if not len(taught):
            raise FeedbackError("no text with feedback to learn from")
        tenth = max(1, len(rehearsal) // 10)
        held, rest = self._texts(rehearsal[:tenth]), self._texts(rehearsal[tenth:])
        state = self._resume(_digest(self.source, lessons, validation, rehearsal, self.recipe))
        while state.epoch < self.recipe.epochs and state.without_gain < self.recipe.patience:
            self._epoch(state.epoch, taught, rest)
            loss = self._mean_loss(checked if len(checked) else taught, held)
            state.epoch += 1
            state.without_gain = 0 if loss < state.loss else state.without_gain + 1
            if loss < state.loss:
                state.loss, self._best = loss, copy.deepcopy(self.heads.state_dict())
            self._save(state)
            log.info("epoch %d: validation %.4f", state.epoch, loss)
            progress.update(
                task,
                total=self.recipe.epochs,
                completed=state.epoch,
                description=f"fit, loss {loss:.3f}",
            )
        progress.update(task, total=1, completed=1)
        self.heads.load_state_dict(self._best)
        return self.heads.eval()

    def _epoch(self, epoch: int, taught: Texts, rest: Texts) -> None:
        rng = np.random.default_rng([self.recipe.seed, epoch])
        self.heads.train()
        order, size = rng.permutation(len(taught)), self.recipe.batch
        for start in range(0, len(order), size):
            lesson = torch.from_numpy(order[start : start + size])
            other = torch.from_numpy(rng.integers(0, len(rest), size))
            self.optimizer.zero_grad(set_to_none=True)
            loss = self._loss(taught, lesson, rest, other)
            loss.backward()  # type: ignore[no-untyped-call] # torch leaves it so
            torch.nn.utils.clip_grad_norm_(self.heads.parameters(), 1.0)
            self.optimizer.step()

    def _loss(self, taught: Texts, lesson: Tensor, rest: Texts, other: Tensor) -> Tensor:
        logits = self.heads(self._vectors(taught, lesson))
        words = torch.zeros_like(logits)
        for row, i in enumerate(lesson.tolist()):
            for column, weight in taught.words[i].items():
                words[row, column] = weight
        learnt = lesson_loss(logits, self.before(taught.vectors[lesson]), words, self.recipe)
        elsewhere = self.heads(self._vectors(rest, other))
        kept = kept_loss(elsewhere, self.before(rest.vectors[other]))
        return learnt + self.recipe.rehearsal * kept

    @torch.inference_mode()
    def _mean_loss(self, taught: Texts, held: Texts) -> float:
        self.heads.eval()
        total, size = 0.0, self.recipe.batch
        for start in range(0, len(taught), size):
            part = torch.arange(start, min(start + size, len(taught)))
            other = torch.arange(start, start + size) % len(held)
            total += float(self._loss(taught, part, held, other)) * len(part)
        return total / len(taught)

    def _vectors(self, texts: Texts, chosen: Tensor) -> Tensor:
        if self.heads.text is None:
            return texts.vectors[chosen]
        encoded = self._tokenizer.encode_batch([texts.texts[i] for i in chosen.tolist()])
        ids = torch.tensor([e.ids for e in encoded])
        mask = torch.tensor([e.attention_mask for e in encoded])
        vectors: Tensor = self.heads.text(ids, mask)
        return vectors.float()

    def _texts(self, texts: Sequence[str]) -> Texts:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.zeros((len(texts), self.source.table.rows.shape[1]), dtype=np.float32)
        for start in range(0, len(order), _ENCODED):
            part = order[start : start + _ENCODED]
            vectors[part] = self._predictor.vectors([texts[i] for i in part])
        return Texts(list(texts), torch.from_numpy(vectors))

    def _taught(self, lessons: Sequence[Lesson]) -> Texts:
        """Lessons as weights of columns; a server's own emojis have none and are passed over."""
        column = {emoji: i for i, emoji in enumerate(self.source.table.emojis)}
        told: list[tuple[str, dict[int, float]]] = []
        for lesson in lessons:
            signed = {**lesson.liked, **{e: -w for e, w in lesson.rejected.items()}}
            words = {column[e]: weight for e, weight in signed.items() if e in column}
            if words:
                told.append((lesson.text, words))
        return replace(self._texts([text for text, _ in told]), words=[w for _, w in told])

    def _resume(self, digest: str) -> State:
        file = self.folder / CHECKPOINT
        if file.exists():
            saved = torch.load(file, weights_only=True)
            state = State(**saved["state"])
            if state.digest == digest:  # else the data or the recipe are others
                self.heads.load_state_dict(saved["heads"])
                self.optimizer.load_state_dict(saved["optimizer"])
                self._best = saved["best"]
                log.info("resumed after epoch %d", state.epoch)
                return state
        return State(digest)

    def _save(self, state: State) -> None:
        content = {
            "state": asdict(state),
            "heads": self.heads.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "best": self._best,
        }
        save_atomically(content, self.folder / CHECKPOINT)


def _digest(
    source: Artifact,
    lessons: Sequence[Lesson],
    validation: Sequence[Lesson],
    rehearsal: Sequence[str],
    recipe: AdaptRecipe,
) -> str:
    """The same for the same data and hyper-parameters, in whatever order a new export has them."""
    told = [sorted(map(repr, map(astuple, each))) for each in (lessons, validation)]
    return hashlib.sha256(
        repr((source.version, told, list(rehearsal), recipe)).encode()
    ).hexdigest()


def write_candidate(
    heads: Heads, source: Artifact, folder: Path, facts: dict[str, Any]
) -> Artifact:
    """The artifact of a finished fit; ``facts`` go into its manifest under ``feedback``.

    With a frozen encoder the graph is the old one, to the byte: the projection is folded into the
    rows and the name map.
    """
    shutil.rmtree(folder, ignore_errors=True)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    shutil.copyfile(source.tokenizer, partial / LAYOUT.tokenizer)
    if heads.text is None:
        shutil.copyfile(source.encoder, partial / LAYOUT.encoder)
    else:
        export_encoder(heads.text, partial / LAYOUT.encoder)
    projection = heads.projection.detach().numpy()
    table = replace(
        source.table,
        rows=heads.rows.detach().numpy() @ projection.T,
        bias=heads.bias.detach().numpy(),
        name_map=source.table.name_map @ projection.T,
    )
    save_table(table, partial)
    measured = ("figures", "probes", "parity")  # of the artifact before
    kept = {k: v for k, v in artifact.facts_of(source.manifest).items() if k not in measured}
    made = {**kept, "feedback": {"from": source.version, **facts}}
    seal(partial, source.version.rsplit("-", 1)[0], table.emojis, made)
    partial.rename(folder)
    return artifact.load(folder)
