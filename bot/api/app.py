"""The API as one ASGI application."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from bot.adapters.components import Components
from bot.api.access import AccessControl
from bot.api.clients import ClientRegistry
from bot.api.member_routes import Members, member_routes
from bot.api.model_routes import SharedModel, model_routes
from bot.api.openapi import describe_api
from bot.api.problems import ApiProblem
from bot.api.reactions import Reactions
from bot.api.routes import operation_routes, reaction_routes
from bot.config.api_tokens import ApiToken
from bot.config.sections import ApiSettings
from bot.operations.watch import Operations


def create_app(
    components: Components,
    operations: Operations,
    settings: ApiSettings,
    tokens: Sequence[ApiToken],
    more_routes: Sequence[BaseRoute] = (),
) -> ASGIApp:
    """Return the application; it answers as long as the components live."""
    reactions = Reactions(components)
    api = _routes(components, operations, reactions)
    api.router.routes.extend(more_routes)
    app: ASGIApp = AccessControl(
        api, ClientRegistry(tokens), settings, operations.metrics, reactions.is_full
    )
    if not settings.cors_origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
        expose_headers=["Retry-After"],
    )


def _routes(components: Components, operations: Operations, reactions: Reactions) -> FastAPI:
    api = FastAPI(
        title="Emoji Reactor",
        version=version("emoji-reactor"),
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    api.include_router(reaction_routes(reactions))
    api.include_router(member_routes(Members(components)))
    api.include_router(model_routes(SharedModel(components)))
    api.include_router(operation_routes(operations.metrics, operations.check_readiness))
    api.openapi = lambda: describe_api(api)  # type: ignore[method-assign] # as FastAPI documents
    api.add_exception_handler(ApiProblem, _answer_problem)
    api.add_exception_handler(RequestValidationError, _answer_invalid)
    api.add_exception_handler(HTTPException, _answer_http_error)
    return api


async def _answer_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiProblem)  # noqa: S101 - registered for no other
    return error.response()


async def _answer_invalid(_: Request, error: Exception) -> Response:
    """Name the places and reasons of the first mistakes, never the values."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    reasons = [_describe(mistake) for mistake in error.errors()[:3]]
    return ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(reasons)).response()


def _describe(mistake: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in mistake["loc"])
    if mistake["type"] == "json_invalid":
        return f"{place}: is not JSON"
    if place == "body":  # also what comes with another type, which is not read as JSON
        return "body: should be a JSON object, sent with Content-Type: application/json"
    reason: str = mistake["msg"]
    return f"{place}: {reason[:1].lower()}{reason[1:]}"


async def _answer_http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    headers = error.headers or {}
    status, detail = HTTPStatus(error.status_code), str(error.detail)
    if status is HTTPStatus.BAD_REQUEST:  # FastAPI's, for bytes that are no text
        status, detail = HTTPStatus.UNPROCESSABLE_ENTITY, "body: should be JSON in UTF-8"
    elif status is HTTPStatus.NOT_FOUND:
        detail = "there is no such path; /openapi.json lists them"
    elif status is HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"this path takes {headers.get('Allow', 'another method')} only"
    return ApiProblem(status, detail, headers).response()
