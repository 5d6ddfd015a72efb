"""The HTTP connection to a server that predicts for this process."""

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
        self._url = url.rstrip("/")
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
        return self._post(SCORES_PATH, request, ScoresAnswer)

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
        try:
            response = self._client.send(request)
        except httpx.TimeoutException:
            raise Overloaded(f"{self._url} is late") from None
        except httpx.HTTPError as error:
            raise self._failed(f"no answer ({type(error).__name__})") from None
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise Overloaded(f"{self._url} has too much to do")
        if response.status_code != HTTPStatus.OK:
            raise self._failed(f"status {response.status_code}")
        try:
            return answer.model_validate_json(response.content)
        except ValidationError:
            raise self._failed("an answer of another program or version") from None

    def _failed(self, cause: str) -> ModelServerFailed:
        return ModelServerFailed(
            f"no prediction from {self._url}: {cause}; see model.source, EMOJI_REACTOR_MODEL_TOKEN"
            " and the log of that server"
        )
