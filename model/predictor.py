"""Texts to the top-k emojis of an artifact, on the CPU."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from model.artifact import Artifact, ArtifactError, load, locate
from model.embedding_offset import EmbeddingOffset, EmojiChoice, fit_embedding_offset
from model.emoji import canonical_set, custom_words, is_custom_emoji
from model.gravity import Gravity
from model.scores import log_scores, log_softmax
from model.text import clean, has_words

_MAX_CACHED_CANDIDATES = 256
TOP_FIVE = 5
_LAST = 1e4  # of log-scores: behind everything else
_BATCH_SIZE = 16  # texts that go through the encoder at once: more would not fit a core's cache


@dataclass(frozen=True, slots=True)
class Prediction:
    """One emoji with its calibrated probability over the candidates."""

    emoji: str
    """Canonical Unicode emoji, or ``:name:`` for a custom one."""
    score: float
    unbiased_score: float | None = field(default=None, compare=False)
    """The same without anybody's bias; None where there was none."""

    @property
    def model_score(self) -> float:
        """The model's own score, whatever the bias."""
        return self.score if self.unbiased_score is None else self.unbiased_score


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The part of the table that a set of candidates leaves."""

    emojis: tuple[str, ...]
    embeddings: NDArray[np.float32]
    bias: NDArray[np.float32]
    index: Mapping[str, int]
    """Where each emoji stands."""
    gravity: Gravity


class Predictor:
    """Serves one exported artifact; safe to call from several threads."""

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        """Open the encoder with ``threads`` threads a call.

        Raises:
            ArtifactError: the graph or the tokenizer cannot be read.
        """
        self.artifact = artifact
        self.version = artifact.version
        self.threshold = artifact.manifest.threshold
        """Least score at which the first emoji is worth showing."""
        self._temperature = artifact.manifest.temperature
        self._uniform_prior_weight = artifact.manifest.uniform_prior_weight
        self._session = _open_session(artifact, threads)
        self._tokenizer = _open_tokenizer(artifact)
        table = artifact.table
        self._all = _candidates(table.emojis, table.embeddings, table.bias)
        self._selections: OrderedDict[frozenset[str], _Candidates] = OrderedDict()

    @classmethod
    def load(cls, source: str | None = None, threads: int = 1) -> Self:
        """Load an artifact: None for the default one, a folder, or a Hub id ``ORG/NAME[@REV]``.

        Raises:
            ArtifactError: missing or corrupt; one line that names the file.
        """
        return cls(load(locate(source)), threads)

    @property
    def emojis(self) -> tuple[str, ...]:
        """Every emoji of the table, canonical."""
        return self._all.emojis

    def predict(
        self,
        texts: Sequence[str],
        k: int = 5,
        candidates: Collection[str] | None = None,
        biases: Sequence[Mapping[str, float]] | None = None,
        offsets: Sequence[Mapping[str, EmbeddingOffset]] | None = None,
    ) -> list[list[Prediction]]:
        """Top ``k`` for each text, best first; empty where there is nothing to go on.

        Scores are calibrated probabilities over the candidates: canonical emojis (variants are
        folded, unknown ones ignored) and custom ones as ``:name:``; None means the whole table.
        ``biases`` holds for each text what is added to the log-odds of some emojis, ``moves`` what
        is added to their rows: that is part of the model's own score.
        """
        cleaned = [clean(text) for text in texts]
        spoken = [i for i, text in enumerate(cleaned) if has_words(text)]
        answers: list[list[Prediction]] = [[] for _ in texts]
        selection = (
            self._all if candidates is None else self._cached_candidates(canonical_set(candidates))
        )
        if not selection.emojis or k < 1:
            return answers
        for start in range(0, len(spoken), _BATCH_SIZE):
            part = spoken[start : start + _BATCH_SIZE]
            vectors = self.encode([cleaned[i] for i in part])
            products = self._products(vectors, selection)
            for i, row, vector in zip(part, products, vectors, strict=True):
                for emoji, more in offsets[i].items() if offsets else ():
                    if emoji in selection.index:
                        row[selection.index[emoji]] += vector @ more
            for i, row in zip(part, self._scores_of_products(products, selection), strict=True):
                answers[i] = _rank(row, selection, k, biases[i] if biases else {})
        return answers

    def probabilities(
        self, texts: Sequence[str], emoji: str, candidates: Collection[str] | None = None
    ) -> NDArray[np.float32]:
        """The calibrated probability of one emoji, (texts,), 0 where it is no candidate.

        A text with nothing to go on gets what the emoji has without any text.
        """
        selection = (
            self._all if candidates is None else self._cached_candidates(canonical_set(candidates))
        )
        scores = np.zeros(len(texts), dtype=np.float32)
        if emoji not in selection.emojis:
            return scores
        column = selection.emojis.index(emoji)
        cleaned = [clean(text) for text in texts]
        spoken = [i for i, text in enumerate(cleaned) if has_words(text)]
        scores[:] = self._score(np.zeros_like(selection.embeddings[:1]), selection, column)
        for start in range(0, len(spoken), _BATCH_SIZE):
            part = spoken[start : start + _BATCH_SIZE]
            vectors = self.encode([cleaned[i] for i in part])
            scores[part] = self._score(vectors, selection, column)
        return scores

    def embedding_offsets(self, choices: Sequence[EmojiChoice]) -> dict[str, EmbeddingOffset]:
        """What people's choices add to the rows of the custom emojis among them, (d,) each.

        What was chosen instead, on whatever text, says where an emoji is not meant.
        """
        kept = [(text, c) for c in choices if has_words(text := clean(c.text))]
        custom = sorted(
            {c.emoji for _, c in kept if is_custom_emoji(c.emoji) and custom_words(c.emoji)}
        )
        if not custom:
            return {}
        parts = [kept[start : start + _BATCH_SIZE] for start in range(0, len(kept), _BATCH_SIZE)]
        vectors = np.concatenate([self.encode([text for text, _ in part]) for part in parts])
        chosen = self._cached_candidates(frozenset(custom))
        usual, own = (
            (self._products(vectors, each) + each.bias) / self._temperature
            for each in (self._all, chosen)
        )
        rest = usual[:, :1] - log_softmax(usual)[:, :1]
        odds = own - rest
        emojis = np.array([c.emoji for _, c in kept])
        weights = np.array([c.weight for _, c in kept])
        # As two rows of the table differ: a name may say nothing of what an emoji is for.
        width = 2.0 * float(self._all.embeddings.var(axis=0).mean())
        steep = np.asarray(vectors / self._temperature, dtype=np.float32)
        return {
            emoji: fit_embedding_offset(steep, emojis == emoji, weights, odds[:, i], width)
            for i, emoji in enumerate(custom)
        }

    def encode(self, cleaned: Sequence[str]) -> NDArray[np.float32]:
        """Text vectors, (texts, d), of texts that ``model.text.clean`` has cleaned."""
        encoded = self._tokenizer.encode_batch_fast(list(cleaned))
        feed = {
            "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
            "attention_mask": np.array([e.attention_mask for e in encoded], dtype=np.int64),
        }
        vectors: NDArray[np.float32] = self._session.run(None, feed)[0]
        return vectors

    def log_scores(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logarithms of the scores of the whole table, (texts, emojis), of text vectors."""
        return self._log_scores(vectors, self._all)

    def _score(
        self, vectors: NDArray[np.float32], selection: _Candidates, column: int
    ) -> NDArray[np.float32]:
        score: NDArray[np.float32] = np.exp(self._log_scores(vectors, selection)[:, column])
        return score

    def _log_scores(
        self, vectors: NDArray[np.float32], selection: _Candidates
    ) -> NDArray[np.float32]:
        return self._scores_of_products(self._products(vectors, selection), selection)

    def _scores_of_products(
        self, products: NDArray[np.float32], selection: _Candidates
    ) -> NDArray[np.float32]:
        return log_scores(products, selection.bias, self._temperature, self._uniform_prior_weight)

    def _products(
        self, vectors: NDArray[np.float32], selection: _Candidates
    ) -> NDArray[np.float32]:
        # Row by row: a matrix product wakes a thread on every core, and on a busy machine they
        # wait for each other far longer than this takes.
        products: NDArray[np.float32] = np.vecdot(vectors[:, None], selection.embeddings)
        return products

    def _cached_candidates(self, candidates: frozenset[str]) -> _Candidates:
        found = self._selections.get(candidates)
        if found is None:
            found = self._build_candidates(candidates)
            self._selections[candidates] = found
            if len(self._selections) > _MAX_CACHED_CANDIDATES:
                self._selections.popitem(last=False)
        return found

    def _build_candidates(self, candidates: frozenset[str]) -> _Candidates:
        known = sorted(self._all.index[e] for e in candidates if e in self._all.index)
        custom = sorted(e for e in candidates if is_custom_emoji(e) and custom_words(e))
        emojis = (*(self._all.emojis[i] for i in known), *custom)
        rows, bias = self._all.embeddings[known], self._all.bias[known]
        if custom:
            rows = np.concatenate([rows, self._name_embeddings(custom)])
            # A custom emoji starts as likely as the median emoji of the table.
            usual = np.full(len(custom), np.median(self._all.bias), dtype=np.float32)
            bias = np.concatenate([bias, usual])
        return _candidates(emojis, rows, bias)

    def _name_embeddings(self, custom: Sequence[str]) -> NDArray[np.float32]:
        vectors = self.encode([custom_words(name) for name in custom])
        name_map = self.artifact.table.name_map
        rows: NDArray[np.float32] = vectors @ name_map[:-1] + name_map[-1]
        return rows


def _candidates(
    emojis: tuple[str, ...], rows: NDArray[np.float32], bias: NDArray[np.float32]
) -> _Candidates:
    index = {emoji: i for i, emoji in enumerate(emojis)}
    return _Candidates(emojis, rows, bias, index, Gravity(emojis))


def _rank(
    own: NDArray[np.float32], selection: _Candidates, k: int, bias: Mapping[str, float]
) -> list[Prediction]:
    """The best ``k`` of log-scores once the bias is added; it decides who is among them."""
    known = [(selection.index[e], shift) for e, shift in bias.items() if e in selection.index]
    ruling = own
    if known:
        places, shifts = zip(*known, strict=True)
        shifted = own.copy()
        shifted[list(places)] += np.array(shifts, dtype=np.float32)
        ruling = log_softmax(shifted)
    best = _top_indices(ruling, max(k, TOP_FIVE))
    five = best[:TOP_FIVE]
    if (misplaced := selection.gravity.misplaced(np.exp(own[five]), five)) is not None:
        best = _top_indices(ruling - _LAST * misplaced, k)
    best = best[:k]
    scores, plain = np.exp(ruling[best]), np.exp(own[best])
    return [
        Prediction(selection.emojis[i], float(score), float(unmoved) if known else None)
        for i, score, unmoved in zip(best, scores, plain, strict=True)
    ]


def _top_indices(ruling: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Where the best ``k`` stand, best first; all where there are fewer."""
    k = min(k, len(ruling))
    best = np.argpartition(-ruling, k - 1)[:k]
    return best[np.argsort(-ruling[best], kind="stable")]


def _open_session(artifact: Artifact, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A waiting thread must not burn the operator's CPU.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(
            artifact.encoder,
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # its kernel is slower than what it fuses
        )
    except Exception as error:  # onnxruntime raises a class of its own for each way to fail
        raise ArtifactError(f"{artifact.encoder} is no graph that can be run") from error


def _open_tokenizer(artifact: Artifact) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(artifact.tokenizer))
    except Exception as error:  # the library raises plain Exception
        raise ArtifactError(f"{artifact.tokenizer} is no tokenizer: {error}") from error
    tokenizer.enable_truncation(artifact.manifest.max_tokens)
    padding = artifact.manifest.padding
    tokenizer.enable_padding(pad_id=padding.id, pad_token=padding.token)
    return tokenizer
