"""A model that another process serves, behind the interface of ``model.Predictor``."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from bot.core.concurrency.batching import BatchingPredictor
from bot.core.errors import EmojiReactorError, Overloaded
from bot.remote.messages import (
    ModelAnswer,
    OffsetChoice,
    OffsetsRequest,
    ScoresRequest,
    from_scored,
    from_vector,
    to_vector,
)
from bot.remote.server import ModelServer
from model import Prediction
from model.embedding_offset import EmbeddingOffset, EmojiChoice
from model.text import MAX_CHARACTERS

CHECK_INTERVAL_SECONDS = 2.0
"""Time between two questions which artifact the server has."""


class RemoteModel:
    """One artifact of a server; each batch is one request."""

    def __init__(self, server: ModelServer, about: ModelAnswer) -> None:
        """``about`` is what the server answered about its artifact."""
        self.server = server
        self.version = about.artifact
        self.threshold = about.threshold

    def predict(
        self,
        texts: Sequence[str],
        k: int = 5,
        candidates: Collection[str] | None = None,
        biases: Sequence[Mapping[str, float]] | None = None,
        offsets: Sequence[Mapping[str, EmbeddingOffset]] | None = None,
    ) -> list[list[Prediction]]:
        """Return the top ``k`` for each text, best first, as ``model.Predictor`` does.

        Raises:
            Overloaded: the server has too much to do, is late, or changed over to another artifact.
            ModelServerFailed: it cannot be reached, or refuses.
        """
        request = ScoresRequest(
            texts=[_encodable(text) for text in texts],
            k=k,
            candidates=None if candidates is None else sorted(candidates),
            biases=[dict(bias) for bias in biases] if biases and any(biases) else [],
            offsets=[_to_vectors(each) for each in offsets] if offsets and any(offsets) else [],
        )
        answer = self.server.scores(request)
        if answer.artifact != self.version:
            # The confidence threshold that the caller knows belongs to the other artifact.
            raise Overloaded(f"the server changed over to {answer.artifact}")
        return [from_scored(text) for text in answer.texts]

    def embedding_offsets(self, choices: Sequence[EmojiChoice]) -> Mapping[str, EmbeddingOffset]:
        """Return the embedding offsets of the custom emojis among the choices.

        Raises:
            Overloaded: the server has too much to do, or is late.
            ModelServerFailed: it cannot be reached, or refuses.
        """
        chosen = [
            OffsetChoice(text=_encodable(c.text), emoji=c.emoji, weight=c.weight) for c in choices
        ]
        answer = self.server.offsets(OffsetsRequest(choices=chosen))
        return {emoji: from_vector(offset) for emoji, offset in answer.offsets.items()}


class RemoteWatch:
    """Watch over the server: changes over to its artifact if that is another one."""

    def __init__(self, predictor: BatchingPredictor[RemoteModel]) -> None:
        """Watch the server of the predictor's model."""
        self._predictor = predictor

    async def run(self) -> None:
        """Ask until cancelled; while there is no answer, predictions fail by themselves."""
        while True:
            await asyncio.sleep(CHECK_INTERVAL_SECONDS)
            try:
                await self.check_artifact()
            except EmojiReactorError:
                continue

    async def check_artifact(self) -> None:
        """Ask once.

        Raises:
            EmojiReactorError: there is no answer.
        """
        running = self._predictor.serving
        about = await asyncio.to_thread(running.server.about)
        if about.artifact != running.version:
            self._predictor.replace(RemoteModel(running.server, about))


def _to_vectors(offsets: Mapping[str, EmbeddingOffset]) -> dict[str, list[float]]:
    return {emoji: to_vector(offset) for emoji, offset in offsets.items()}


def _encodable(text: str) -> str:
    """Return what ``clean`` reads of a text; JSON cannot hold lone surrogates."""
    return text[:MAX_CHARACTERS].encode("utf-8", "ignore").decode()
