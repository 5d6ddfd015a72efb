"""Texts to the top-k emojis of an artifact, on the CPU."""

from collections.abc import Collection, Mapping, Sequence
from threading import Lock
from typing import Self

import numpy as np
from cachetools import LRUCache, cachedmethod
from numpy.typing import NDArray

from model.artifact import Artifact, load
from model.artifact_source import locate
from model.candidates import BYTES_PER_EMOJI, Candidates
from model.embedding_offset import EmbeddingOffset, EmojiChoice, fit_embedding_offset
from model.emoji import canonical_set, custom_words, is_custom_emoji
from model.encoding import Encoder, TextVectors
from model.prediction import HARMLESS, Gravity, Prediction
from model.scores import log_scores, log_softmax
from model.text import clean, has_words
from model.top_emojis import top_emojis

_MAX_CANDIDATES_BYTES = 64 << 20
_MAX_NAME_EMBEDDINGS_BYTES = 16 << 20
_BATCH_SIZE = 16
_SORTED_TOGETHER = 128
"""Texts whose scores of the whole table are in memory at once."""


class Predictor:
    """Predictions of one exported artifact; safe to call from several threads."""

    def __init__(self, artifact: Artifact, threads: int = 1) -> None:
        """Open the encoder with ``threads`` threads a call.

        Raises:
            ArtifactError: the graph or the tokenizer cannot be read.
        """
        self.artifact = artifact
        self.version = artifact.version
        self.threshold = artifact.manifest.threshold
        """Lowest score at which the first emoji is worth showing."""
        self._temperature = artifact.manifest.temperature
        self._uniform_prior_weight = artifact.manifest.uniform_prior_weight
        self._encoder = Encoder(artifact, threads)
        table = artifact.table
        self._table = Candidates.of_table(
            table.emojis, table.embeddings, table.bias, artifact.reaction_head
        )
        self._candidates_cache: LRUCache[frozenset[str], Candidates] = LRUCache(
            _MAX_CANDIDATES_BYTES, getsizeof=lambda candidates: candidates.size
        )
        self._name_cache: LRUCache[str, NDArray[np.float32]] = LRUCache(
            _MAX_NAME_EMBEDDINGS_BYTES, getsizeof=lambda row: row.nbytes + BYTES_PER_EMOJI
        )
        self._cache_lock = Lock()

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
        return self._table.emojis

    def predict(
        self,
        texts: Sequence[str],
        k: int = 5,
        candidates: Collection[str] | None = None,
        biases: Sequence[Mapping[str, float]] | None = None,
        offsets: Sequence[Mapping[str, EmbeddingOffset]] | None = None,
    ) -> list[list[Prediction]]:
        """Return the top ``k`` for each text, best first; none for a text without words.

        Scores are calibrated probabilities over the candidates: canonical emojis (variants are
        folded, unknown ones ignored) and custom ones as ``:name:``; None means the whole table.
        ``biases`` holds for each text what is added to the log-odds of some emojis, ``offsets``
        what is added to their embeddings, which changes the model score too. If a text is grave,
        only emojis that ``model.gravity`` permits are returned, with the scores that they have
        among all candidates.
        """
        cleaned = [clean(text) for text in texts]
        predictions: list[list[Prediction]] = [[] for _ in texts]
        allowed = self._candidates(candidates)
        if not allowed.emojis or k < 1:
            return predictions
        for indices in _batches_with_words(cleaned):
            batch = [cleaned[i] for i in indices]
            vectors, gravity_vectors = self.encode_with_gravity(batch)
            gravities = self.gravities(batch, gravity_vectors)
            products = allowed.products(vectors)
            if offsets is not None:
                for i, product, vector in zip(indices, products, vectors, strict=True):
                    allowed.add_offsets(product, vector, offsets[i])
            all_scores = self._log_scores(products, allowed, vectors)
            for i, scores, gravity in zip(indices, all_scores, gravities, strict=True):
                top = top_emojis(scores, allowed, k, biases[i] if biases else {}, gravity)
                predictions[i] = top[:k]
        return predictions

    def gravities(
        self, cleaned: Sequence[str], gravity_vectors: NDArray[np.float32]
    ) -> Sequence[Gravity]:
        """Return the gravity of cleaned texts, given their gravity vectors, (texts, g).

        All are harmless if the artifact has no gravity head.
        """
        head = self.artifact.gravity_head
        return [HARMLESS] * len(cleaned) if head is None else head.assess(cleaned, gravity_vectors)

    def probabilities(
        self, texts: Sequence[str], emoji: str, candidates: Collection[str] | None = None
    ) -> NDArray[np.float32]:
        """Return the calibrated probability of one emoji, (texts,); 0 if it is no candidate.

        A text without words gets the probability that the emoji has without any text.
        """
        allowed = self._candidates(candidates)
        probabilities = np.zeros(len(texts), dtype=np.float32)
        column = allowed.index.get(emoji)
        if column is None:
            return probabilities
        cleaned = [clean(text) for text in texts]
        no_text = np.zeros((1, self._table.embeddings.shape[1]), dtype=np.float32)
        probabilities[:] = np.exp(self._scores_of(no_text, allowed)[:, column])
        for indices in _batches_with_words(cleaned):
            vectors = self.encode([cleaned[i] for i in indices])
            probabilities[indices] = np.exp(self._scores_of(vectors, allowed)[:, column])
        return probabilities

    def embedding_offsets(self, choices: Sequence[EmojiChoice]) -> dict[str, EmbeddingOffset]:
        """Return the offset, (d,), of each custom emoji among the choices.

        Texts on which another emoji was chosen are the negative examples.
        """
        with_words = [(text, c) for c in choices if has_words(text := clean(c.text))]
        custom = sorted(
            {c.emoji for _, c in with_words if is_custom_emoji(c.emoji) and custom_words(c.emoji)}
        )
        if not custom:
            return {}
        texts = [text for text, _ in with_words]
        vectors = np.concatenate(
            [self.encode(texts[i : i + _BATCH_SIZE]) for i in range(0, len(texts), _BATCH_SIZE)]
        )
        table_logits = self._logits(vectors, self._table)
        # log of the sum of exponentials of the table's logits, (texts, 1)
        normalizer = table_logits[:, :1] - log_softmax(table_logits)[:, :1]
        log_odds = self._logits(vectors, self._candidates(custom)) - normalizer
        emojis = np.array([c.emoji for _, c in with_words])
        weights = np.array([c.weight for _, c in with_words])
        # The variance of the difference of two embeddings of the table: a name may say nothing
        # about the use of an emoji.
        variance = 2.0 * float(self._table.embeddings.var(axis=0).mean())
        scaled = np.asarray(vectors / self._temperature, dtype=np.float32)
        return {
            emoji: fit_embedding_offset(scaled, emojis == emoji, weights, log_odds[:, i], variance)
            for i, emoji in enumerate(custom)
        }

    def encode(self, cleaned: Sequence[str]) -> NDArray[np.float32]:
        """Return text vectors, (texts, d), of texts that ``model.text.clean`` has cleaned."""
        return self.encode_with_gravity(cleaned).vectors

    def encode_with_gravity(self, cleaned: Sequence[str]) -> TextVectors:
        """Return text vectors and gravity vectors."""
        return self._encoder.encode(cleaned)

    def log_scores(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return log-scores over the whole table, (texts, emojis), of text vectors, (texts, d)."""
        return self._scores_of(vectors, self._table)

    def _scores_of(
        self, vectors: NDArray[np.float32], candidates: Candidates
    ) -> NDArray[np.float32]:
        return self._log_scores(candidates.products(vectors), candidates, vectors)

    def _log_scores(
        self,
        products: NDArray[np.float32],
        candidates: Candidates,
        vectors: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        temperature = self.artifact.manifest.temperature_among(len(candidates.emojis))
        scores = log_scores(products, candidates.bias, temperature, self._uniform_prior_weight)
        reactions = candidates.reactions
        return scores if reactions is None else reactions.apply(scores, vectors)

    def _logits(self, vectors: NDArray[np.float32], candidates: Candidates) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = (
            candidates.products(vectors) + candidates.bias
        ) / self._temperature
        return logits

    def _candidates(self, emojis: Collection[str] | None) -> Candidates:
        return self._table if emojis is None else self._build_candidates(canonical_set(emojis))

    @cachedmethod(lambda self: self._candidates_cache, lock=lambda self: self._cache_lock)
    def _build_candidates(self, candidates: frozenset[str]) -> Candidates:
        known = sorted(self._table.index[e] for e in candidates if e in self._table.index)
        custom = sorted(e for e in candidates if is_custom_emoji(e) and custom_words(e))
        emojis = (*(self._table.emojis[i] for i in known), *custom)
        embeddings, bias = self._table.embeddings[known], self._table.bias[known]
        if custom:
            embeddings = np.concatenate([embeddings, self._name_embeddings(custom)])
            # A custom emoji starts as likely as the median emoji of the table.
            median = np.full(len(custom), np.median(self._table.bias), dtype=np.float32)
            bias = np.concatenate([bias, median])
        return Candidates.of_table(emojis, embeddings, bias, self.artifact.reaction_head)

    def _name_embeddings(self, custom: Sequence[str]) -> NDArray[np.float32]:
        """Return the embeddings, (names, d), of custom emojis."""
        names = [custom_words(emoji) for emoji in custom]
        with self._cache_lock:
            known = {n: self._name_cache[n] for n in names if n in self._name_cache}
        unknown = list(dict.fromkeys(n for n in names if n not in known))
        for batch in (unknown[i : i + _BATCH_SIZE] for i in range(0, len(unknown), _BATCH_SIZE)):
            known.update(zip(batch, self._embed_names(batch), strict=True))
        with self._cache_lock:
            self._name_cache.update({name: known[name] for name in unknown})
        return np.stack([known[name] for name in names])

    def _embed_names(self, names: Sequence[str]) -> NDArray[np.float32]:
        name_map = self.artifact.table.name_map
        embeddings: NDArray[np.float32] = self.encode(names) @ name_map[:-1] + name_map[-1]
        return embeddings


def _batches_with_words(cleaned: Sequence[str]) -> list[list[int]]:
    """Return the indices of the texts that have words, in batches of similar length."""
    indices = [i for i, text in enumerate(cleaned) if has_words(text)]
    indices.sort(key=lambda i: len(cleaned[i]))
    return [indices[i : i + _SORTED_TOGETHER] for i in range(0, len(indices), _SORTED_TOGETHER)]
