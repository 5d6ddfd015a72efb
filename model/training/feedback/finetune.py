"""The fit on feedback, from a served artifact, resumable.

By default the encoder is frozen: its vectors are computed once, and rows, biases and a projection
that is folded into the rows are fitted. On rehearsal texts the candidate is held to the answers of
the artifact that it comes from (learning without forgetting, Li & Hoiem, 2016), and its rows are
pulled to where they were (L2-SP, Li et al., 2018); a rejected emoji is unlikely on its text
(unlikelihood, Welleck et al., 2020).

Under ``accelerate launch`` each process takes its share of every batch.
"""

import copy
import hashlib
import itertools
import logging
import math
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from rich.progress import Progress
from torch import Tensor, nn

from model.artifact import Artifact
from model.feedback import FeedbackError
from model.predictor import Predictor
from model.training.export.restore import restore_text
from model.training.feedback.emoji_head import EmojiHead
from model.training.feedback.feedback_losses import feedback_losses, replay_losses
from model.training.feedback.feedback_targets import FeedbackTarget
from model.training.fitting.fit import save_atomically
from model.training.network.text_encoder import load_tokenizer

log = logging.getLogger(__name__)

CHECKPOINT = "adapt.pt"
_ENCODED = 64
_ALLOWED = 0.1
"""Share of the emojis that a chat allows, in rehearsal."""
_STEPS = 6
"""An epoch has at least: of little feedback it is several passes."""


@dataclass(frozen=True, slots=True)
class FinetuneRecipe:
    """Hyper-parameters."""

    epochs: int = 30
    batch_size: int = 256
    embedding_learning_rate: float = 2e-3
    bias_learning_rate: float = 3e-3
    """Greater: a community that likes an emoji everywhere moves its bias, not what it means."""
    projection_learning_rate: float = 2e-4
    encoder_learning_rate: float = 2e-5
    replay_weight: float = 3.0
    """Weight of what is not to be forgotten."""
    embedding_penalty: float = 0.05
    """Weight of the squared distance of the rows from where they were: feedback moves what it is
    about, and leaves alone what it hardly mentions."""
    projection_penalty: float = 1.0
    liked_share: float = 0.6
    """Share of the probability on a text that goes to what people liked there."""
    rejection_weight: float = 1.0
    """Weight of what people took away."""
    patience: int = 2
    seed: int = 20
    full: bool = False
    """Fit the encoder as well."""


@dataclass(frozen=True, slots=True)
class EncodedTexts:
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


class FeedbackFinetune:
    """One fit in a folder; ``run`` goes on from the last checkpoint there."""

    def __init__(self, source: Artifact, recipe: FinetuneRecipe, folder: Path) -> None:
        """Begin with an artifact.

        Raises:
            RestoreError: the encoder is to learn too, and is no BERT.
        """
        torch.manual_seed(recipe.seed)
        self.source, self.recipe, self.folder = source, recipe, folder
        self.accelerator = Accelerator()
        self._predictor = Predictor(source, threads=torch.get_num_threads())
        self._tokenizer = load_tokenizer(str(source.folder), source.manifest.max_tokens)
        self.heads = EmojiHead(source, restore_text(source) if recipe.full else None)
        self.before = EmojiHead(source, None).requires_grad_(False).to(self.accelerator.device)
        optimizer = torch.optim.Adam(_groups(self.heads, recipe))
        self._model, self._optimizer = self.accelerator.prepare(self.heads, optimizer)
        self._best = copy.deepcopy(self.heads.state_dict())
        folder.mkdir(parents=True, exist_ok=True)

    def run(
        self,
        lessons: Sequence[FeedbackTarget],
        validation: Sequence[FeedbackTarget],
        rehearsal: Sequence[str],
        progress: Progress,
    ) -> EmojiHead:
        """Fit until the validation loss stops falling, then take the best epoch's weights.

        Raises:
            FeedbackError: no lesson is about an emoji of the artifact.
        """
        task = progress.add_task("read the texts", total=None)
        taught, checked = self._taught(lessons), self._taught(validation)
        if not len(taught):
            own = ": all of it is about chats' own emojis, which their taste learns"
            raise FeedbackError(f"no text with feedback to learn from{own if lessons else ''}")
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
        return self.heads.cpu().eval()

    def _epoch(self, epoch: int, taught: EncodedTexts, rest: EncodedTexts) -> None:
        rng = np.random.default_rng([self.recipe.seed, epoch])
        size = self.recipe.batch_size
        starts = range(0, len(taught), size)
        orders = [rng.permutation(len(taught)) for _ in range(math.ceil(_STEPS / len(starts)))]
        for order, start in itertools.product(orders, starts):
            lesson = torch.from_numpy(order[start : start + size])
            other = torch.from_numpy(rng.integers(0, len(rest), size))
            self._optimizer.zero_grad(set_to_none=True)
            loss = self._loss(self._model, taught, (lesson, other), rest, self._allowed(rng))
            self.accelerator.backward(loss)
            self.accelerator.clip_grad_norm_(self._model.parameters(), 1.0)
            self._optimizer.step()

    def _loss(
        self,
        model: nn.Module,
        taught: EncodedTexts,
        chosen: tuple[Tensor, Tensor],
        rest: EncodedTexts,
        allowed: Tensor,
    ) -> Tensor:
        """A process's share of a step's loss, a scalar: their mean is the whole."""
        lesson, other = map(self._share, chosen)
        logits = model(*self._read(taught, lesson, rest, other))
        before = torch.cat([taught.vectors[lesson], rest.vectors[other]])
        said = self.before(before.to(logits.device))
        words = torch.zeros(len(lesson), logits.shape[1])
        for row, i in enumerate(lesson.tolist()):
            for column, weight in taught.words[i].items():
                words[row, column] = weight
        words = words.to(logits.device)
        few = len(lesson)
        learnt = feedback_losses(
            logits[:few], said[:few], words, self.recipe.liked_share, self.recipe.rejection_weight
        ).sum()
        kept = replay_losses(logits[few:], said[few:]).sum()
        kept = kept + replay_losses(logits[few:, allowed], said[few:, allowed]).sum()
        weights = torch.stack([words.abs().sum(), words.new_tensor(float(len(other)))])
        spoken, rehearsed = self.accelerator.reduce(weights, "mean")
        said_and_kept: Tensor = learnt / spoken + self.recipe.replay_weight * kept / rehearsed
        return said_and_kept + self._pull()

    def _pull(self) -> Tensor:
        """How far the fit has gone, a scalar."""
        rows = (self.heads.embeddings - self.before.embeddings).square().sum()
        projection = (self.heads.projection - self.before.projection).square().sum()
        return self.recipe.embedding_penalty * rows + self.recipe.projection_penalty * projection

    @torch.no_grad()
    def _mean_loss(self, taught: EncodedTexts, held: EncodedTexts) -> float:
        total, size = 0.0, self.recipe.batch_size
        allowed = self._allowed(np.random.default_rng(self.recipe.seed))
        for start in range(0, len(taught), size):
            part = torch.arange(start, min(start + size, len(taught)))
            other = torch.arange(start, start + size) % len(held)
            loss = self._loss(self.heads, taught, (part, other), held, allowed)
            total += float(self.accelerator.reduce(loss, "mean")) * len(part)
        return total / len(taught)

    def _allowed(self, rng: np.random.Generator) -> Tensor:
        """Some emojis: the old answers are to hold among those alone as well, as chats allow few.

        Among all of them, a community's favourite hides what happens to the others.
        """
        emojis = len(self.source.table.emojis)
        size = max(2, round(emojis * _ALLOWED))
        return torch.from_numpy(rng.choice(emojis, size, replace=False))

    def _share(self, chosen: Tensor) -> Tensor:
        return chosen[self.accelerator.process_index :: self.accelerator.num_processes]

    def _read(
        self, taught: EncodedTexts, lesson: Tensor, rest: EncodedTexts, other: Tensor
    ) -> list[Tensor]:
        """What the heads take of both kinds of texts: one call, or processes lose their step."""
        device = self.accelerator.device
        if not self.recipe.full:
            return [torch.cat([taught.vectors[lesson], rest.vectors[other]]).to(device)]
        texts = [taught.texts[i] for i in lesson.tolist()] + [rest.texts[i] for i in other.tolist()]
        encoded = self._tokenizer.encode_batch(texts)
        ids, mask = ([getattr(e, name) for e in encoded] for name in ("ids", "attention_mask"))
        return [torch.tensor(ids, device=device), torch.tensor(mask, device=device)]

    def _texts(self, texts: Sequence[str]) -> EncodedTexts:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.zeros((len(texts), self.source.table.embeddings.shape[1]), dtype=np.float32)
        for start in range(0, len(order), _ENCODED):
            part = order[start : start + _ENCODED]
            vectors[part] = self._predictor.encode([texts[i] for i in part])
        return EncodedTexts(list(texts), torch.from_numpy(vectors))

    def _taught(self, lessons: Sequence[FeedbackTarget]) -> EncodedTexts:
        """Lessons as weights of columns; a chat's own emojis have none, and stay with its taste."""
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
            saved = torch.load(file, map_location=self.accelerator.device, weights_only=True)
            state = State(**saved["state"])
            if state.digest == digest:  # else the data or the recipe are others
                self.heads.load_state_dict(saved["heads"])
                self._optimizer.load_state_dict(saved["optimizer"])
                self._best = saved["best"]
                log.info("resumed after epoch %d", state.epoch)
                return state
        return State(digest)

    def _save(self, state: State) -> None:
        self.accelerator.wait_for_everyone()
        if not self.accelerator.is_main_process:
            return
        content = {
            "state": asdict(state),
            "heads": self.heads.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "best": self._best,
        }
        save_atomically(content, self.folder / CHECKPOINT)


def _digest(
    source: Artifact,
    lessons: Sequence[FeedbackTarget],
    validation: Sequence[FeedbackTarget],
    rehearsal: Sequence[str],
    recipe: FinetuneRecipe,
) -> str:
    """The same for the same data and hyper-parameters, in whatever order a new export has them."""
    told = [sorted(map(repr, map(astuple, each))) for each in (lessons, validation)]
    return hashlib.sha256(
        repr((source.version, told, list(rehearsal), recipe)).encode()
    ).hexdigest()


def _groups(heads: EmojiHead, recipe: FinetuneRecipe) -> list[dict[str, Any]]:
    """What learns, and how fast; the rest is kept as it is."""
    groups = [
        {"params": [heads.embeddings], "lr": recipe.embedding_learning_rate},
        {"params": [heads.bias], "lr": recipe.bias_learning_rate},
    ]
    if heads.text_encoder is None:
        projection = {"params": [heads.projection], "lr": recipe.projection_learning_rate}
        return [*groups, projection]
    heads.projection.requires_grad_(False)
    for module in heads.text_encoder.modules():
        if isinstance(module, nn.Embedding):
            module.sparse = False  # one optimiser for all of it
    for name, parameter in heads.text_encoder.named_parameters():
        parameter.requires_grad_(".pooler." not in name)  # which nobody reads
    encoder = [
        parameter for parameter in heads.text_encoder.parameters() if parameter.requires_grad
    ]
    groups.append({"params": encoder, "lr": recipe.encoder_learning_rate})
    return groups
