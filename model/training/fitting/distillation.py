"""Knowledge distillation: the answers of teachers as targets (Hinton et al., 2015)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import Progress
from torch import Tensor

from model.examples import Example
from model.training.data.batches import TokenizedExamples, select_examples, tokenize
from model.training.data.batching import BatchesOfTokens
from model.training.data.fit_data import FitData
from model.training.fitting.device import autocast
from model.training.fitting.saved_weights import SavedWeights
from model.training.network.emoji_network import EmojiNetwork
from model.training.network.text_encoder import TextEncoder
from model.training.network.tokenizer import load_tokenizer
from model.training.recipe import Recipe, RecipeError, TeacherRecipe

_SPECIAL_POSITIONS = 2
"""Positions that RoBERTa-like encoders keep for padding."""


class TeacherBatch(NamedTuple):
    """Teachers' answers to the texts of a batch."""

    probabilities: Tensor
    """(batch, emojis) float32"""
    has_answer: Tensor
    """(batch,) bool"""
    weight: float
    """Their share of the target of a labelled text."""


@dataclass(frozen=True, slots=True)
class TeacherTargets:
    """Mean answers of the teachers, kept on the device of the fit."""

    probabilities: Tensor
    """(answered texts, emojis) float16"""
    rows: NDArray[np.int64]
    """(examples,): row of each example in ``probabilities``; -1 without an answer."""
    weight: float

    def batch(self, indices: NDArray[np.int64]) -> TeacherBatch:
        """Return the answers to the examples at these indices."""
        rows = torch.from_numpy(self.rows[indices]).to(self.probabilities.device)
        probabilities = self.probabilities[rows.clamp(min=0)].float()
        return TeacherBatch(probabilities, rows >= 0, self.weight)


class _Question(NamedTuple):
    """A text that teachers answer as one of a source."""

    text: str
    source: str
    language: str | None
    is_labelled: bool


class _Teacher(NamedTuple):
    """A teacher, and the texts that it answers."""

    checkpoint: str
    head: SavedWeights
    asked: NDArray[np.bool_]
    """(questions,)"""


def ask_teachers(
    recipe: Recipe,
    examples: Sequence[Example],
    data: FitData,
    network: EmojiNetwork[TextEncoder],
    progress: Progress,
) -> TeacherTargets | None:
    """Compute the answers of the recipe's teachers to the training examples; None without one.

    ``examples`` are those that ``data`` was made of; the answers are on the device of ``network``.
    A teacher answers texts in its languages, labelled ones only if it was trained on their source:
    an answer has the source's label prior.

    Raises:
        RecipeError: a teacher has no emoji head, or answers no text.
        OSError: a checkpoint cannot be loaded.
    """
    if not recipe.teachers:
        return None
    kept = select_examples(examples, data.emojis)
    keys = [(x.teacher_text or x.text, x.source) for x in kept]
    questions = {
        key: _Question(*key, x.language, bool(x.emojis)) for key, x in zip(keys, kept, strict=True)
    }
    teachers = [_find_teacher(recipe, t, list(questions.values())) for t in recipe.teachers]
    counts = np.sum([teacher.asked for teacher in teachers], axis=0)
    answered = [question for question, n in zip(questions.values(), counts, strict=True) if n]
    answers = _Answers(recipe, data, network.label_mask, answered, network.embeddings.device)
    for teacher in teachers:
        answers.add(teacher.checkpoint, teacher.head, teacher.asked[counts > 0], progress)
    row_of = {(question.text, question.source): i for i, question in enumerate(answered)}
    rows = np.array([row_of.get(key, -1) for key in keys], dtype=np.int64)
    mean = answers.mean(counts[counts > 0])
    return TeacherTargets(mean, rows, recipe.distillation.weight)


def _find_teacher(
    recipe: Recipe, teacher: TeacherRecipe, questions: Sequence[_Question]
) -> _Teacher:
    """Read the head of a teacher, and select the texts that it answers.

    Raises:
        RecipeError: it has no emoji head, or answers no text.
    """
    checkpoint = recipe.locate_checkpoint(teacher.checkpoint)
    head = SavedWeights.read_head(checkpoint)
    if head is None:
        raise RecipeError(
            f"teachers: {checkpoint} has no emoji head (head.safetensors, head.json);"
            " name the folder base of a training run"
        )
    sources = frozenset(head.sources)
    asked = np.array(
        [
            (not teacher.languages or question.language in teacher.languages)
            and (not question.is_labelled or question.source in sources)
            for question in questions
        ],
        dtype=bool,
    )
    if not asked.any():
        raise RecipeError(
            f"teachers: {checkpoint} answers no text: none is in its languages and from a source"
            " that it was trained on"
        )
    return _Teacher(checkpoint, head, asked)


class _Answers:
    """Sum of teachers' answers to texts."""

    def __init__(
        self,
        recipe: Recipe,
        data: FitData,
        label_mask: Tensor,
        questions: Sequence[_Question],
        device: torch.device,
    ) -> None:
        self._recipe, self._data = recipe, data
        self._label_mask, self._questions = label_mask, questions
        shape = (len(questions), len(data.emojis))
        self._sums = torch.zeros(shape, dtype=torch.float16, device=device)

    def mean(self, counts: NDArray[np.int64]) -> Tensor:
        """Return the mean of ``counts`` (questions,) answers, (questions, emojis)."""
        divisor = torch.from_numpy(counts).to(self._sums)
        return self._sums.div_(divisor.unsqueeze(1))

    @torch.no_grad()
    def add(
        self, checkpoint: str, head: SavedWeights, asked: NDArray[np.bool_], progress: Progress
    ) -> None:
        """Add the answers of one teacher to the questions in ``asked``, (questions,).

        Raises:
            OSError: the checkpoint cannot be loaded.
        """
        device = self._sums.device
        network = self._load(checkpoint, head).to(device).eval()
        rows = np.flatnonzero(asked)
        texts = self._tokenize(checkpoint, network, rows)
        batching = BatchesOfTokens(self._recipe.distillation.batch_tokens)
        task = progress.add_task(f"teacher {checkpoint}", total=len(rows))
        for indices in batching.sorted_batches(texts.lengths):
            batch = texts.batch(indices).to(device)
            with autocast(device):
                logits = network(batch.input_ids, batch.attention_mask, batch.source)
            answers = torch.softmax(logits.float(), dim=1)
            self._sums[torch.from_numpy(rows[indices]).to(device)] += answers.to(self._sums)
            progress.advance(task, len(indices))

    def _load(self, checkpoint: str, head: SavedWeights) -> EmojiNetwork[TextEncoder]:
        """Return the teacher with a head over the emojis and sources of the fit."""
        emojis, sources = self._data.emojis, self._data.sources
        new, old = head.shared_emojis(emojis)
        known = torch.zeros(len(emojis), dtype=torch.bool)
        known[new] = True
        rows = head.network["embeddings"]
        network = EmojiNetwork(
            TextEncoder.from_base(checkpoint),
            torch.zeros(len(emojis), rows.shape[1]),
            self._label_mask & known,
        )
        network.embeddings[new] = rows[old]
        network.bias[new] = head.network["bias"][old]
        for i, j in head.shared_sources(sources):
            network.source_bias[i, new] = head.network["source_bias"][j, old]
        return network

    def _tokenize(
        self,
        checkpoint: str,
        network: EmojiNetwork[TextEncoder],
        rows: NDArray[np.int64],
    ) -> TokenizedExamples:
        positions = network.text_encoder.max_positions - _SPECIAL_POSITIONS
        tokenizer = load_tokenizer(checkpoint, min(self._recipe.fit.max_tokens, positions))
        questions = [self._questions[i] for i in rows]
        examples = [Example(question.text, (), question.source) for question in questions]
        return tokenize(examples, tokenizer, self._data.emojis, self._data.sources, {})
