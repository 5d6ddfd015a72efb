"""The HTTP connection to a server that predicts for this process."""

import time
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import ValidationError

from bot.core.errors import EmojiReactorError, Overloaded
from bot.remote.messages import (
    MODEL_PATH,
    OFFSETS_PATH,
    SCORES_PATH,
    Message,
    ModelAnswer,
    OffsetsAnswer,
    OffsetsRequest,
    ScoresAnswer,
    ScoresRequest,
)

_FOREIGN = "an answer of another program or version"
_JSON = {"Content-Type": "application/json"}
M = TypeVar("M", bound=ModelAnswer)


class ModelServerFailed(EmojiReactorError):
    """The server that ``model.source`` names gave no prediction; the message says why."""


class ModelServer:
    """Sends requests and waits for the answers in the caller's thread; safe for several.

    Each method raises ``Overloaded`` if the server has too much to do or is late, and
    ``ModelServerFailed`` if it cannot be reached, refuses, or is another program.
    """

    def __init__(
        self, url: str, token: str | None, timeout_seconds: float, proxy: str | None = None
    ) -> None:
        """Connect at the first request."""
        self._url, self._timeout_seconds = url.rstrip("/"), timeout_seconds
        # Proxies of the environment are in ``proxy`` already (``bot.config.proxy``).
        self._client = httpx.Client(
            base_url=self._url,
            headers={} if token is None else {"Authorization": f"Bearer {token}"},
            timeout=timeout_seconds,
            proxy=proxy,
            trust_env=False,
        )

    def about(self) -> ModelAnswer:
        """Return which artifact predicts there."""
        return self._send(self._client.build_request("GET", MODEL_PATH), ModelAnswer)

    def scores(self, request: ScoresRequest) -> ScoresAnswer:
        """Return predictions for texts."""
        answer = self._post(SCORES_PATH, request, ScoresAnswer)
        if len(answer.texts) != len(request.texts):
            raise self._failed(_FOREIGN)
        return answer

    def offsets(self, request: OffsetsRequest) -> OffsetsAnswer:
        """Return embedding offsets, learnt from choices."""
        return self._post(OFFSETS_PATH, request, OffsetsAnswer)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _post(self, path: str, message: Message, answer: type[M]) -> M:
        content = message.model_dump_json(exclude_defaults=True)
        request = self._client.build_request("POST", path, content=content, headers=_JSON)
        return self._send(request, answer)

    def _send(self, request: httpx.Request, answer: type[M]) -> M:
        deadline = time.monotonic() + self._timeout_seconds
        try:
            with closing(self._client.send(request, stream=True)) as response:
                content = b"".join(self._until(deadline, response.iter_bytes()))
        except httpx.TimeoutException:
            raise self._late() from None
        except httpx.HTTPError as error:
            raise self._failed(f"no answer ({type(error).__name__})") from None
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise Overloaded(f"{self._url} has too much to do")
        if response.status_code != HTTPStatus.OK:
            raise self._failed(f"status {response.status_code}")
        try:
            return answer.model_validate_json(content)
        except ValidationError:
            raise self._failed(_FOREIGN) from None

    def _until(self, deadline: float, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield chunks; httpx limits the time of each, not of all."""
        for chunk in chunks:
            if time.monotonic() > deadline:
                raise self._late()
            yield chunk

    def _late(self) -> Overloaded:
        return Overloaded(f"{self._url} is late")

    def _failed(self, cause: str) -> ModelServerFailed:
        return ModelServerFailed(
            f"no prediction from {self._url}: {cause}; see model.source, EMOJI_REACTOR_MODEL_TOKEN"
            " and the log of that server"
        )
