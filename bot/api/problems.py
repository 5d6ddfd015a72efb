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


def _describe(description: str, header: str = "", value: str = "") -> dict[str, object]:
    response: dict[str, object] = {"model": Problem, "description": description}
    if header:
        schema = {"type": "string", "examples": [value]}
        response["headers"] = {header: {"schema": schema}}
    return response


PROBLEMS: dict[int | str, dict[str, object]] = {
    401: _describe("No token, or an unknown one.", "WWW-Authenticate", "Bearer"),
    403: _describe("The token does not have the scope."),
    408: _describe("The body came too slowly."),
    413: _describe("The body is too long."),
    421: _describe("A foreign host name, while there are no tokens."),
    422: _describe("The request makes no sense; the detail says why."),
    429: _describe("Too many requests or texts; come again later.", "Retry-After", "1"),
    503: _describe("No answer was possible; try again.", "Retry-After", "1"),
}
"""What every operation may answer instead of a result, for the OpenAPI document."""
