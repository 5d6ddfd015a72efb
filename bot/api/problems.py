"""Errors of the API as problem documents (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil

from pydantic import BaseModel
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
BUSY_SECONDS = 1.0
"""Time after which a request that was too much may be sent again."""


class Problem(BaseModel):
    """Cause of an error, with its remedy."""

    type: str = "about:blank"
    title: str
    """The name of the HTTP status."""
    status: int
    detail: str
    """Cause and remedy in one line; it quotes nothing of the request."""


class ApiProblem(Exception):
    """A request that is answered with a problem document."""

    def __init__(
        self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Keep status, detail and further headers."""
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})

    def response(self) -> Response:
        """Return the document as a response."""
        problem = Problem(title=self.status.phrase, status=self.status, detail=self.detail)
        return Response(problem.model_dump_json(), self.status, self.headers, media_type=MEDIA_TYPE)


def busy(detail: str, seconds: float = BUSY_SECONDS) -> ApiProblem:
    """Return the problem of a request that may be sent again after ``seconds``."""
    return ApiProblem(
        HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(max(1, ceil(seconds)))}
    )


def unavailable(detail: str) -> ApiProblem:
    """Return the problem of a request that could not be answered for no fault of its own."""
    headers = {"Retry-After": str(ceil(BUSY_SECONDS))}
    return ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers)
