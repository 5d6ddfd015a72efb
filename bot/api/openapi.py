"""The OpenAPI document: what FastAPI finds, with tokens and problem documents."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from bot.api.access import OPEN_PATHS
from bot.api.problems import MEDIA_TYPE

DESCRIPTION = (
    "Which emojis fit a text, whether to show one at all, and how a community's preferences are"
    " learnt. Errors are problem documents (RFC 9457)."
)


def describe_api(app: FastAPI) -> dict[str, Any]:
    """Return the document of an application, computed once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes
        )
        schemes = document["components"].setdefault("securitySchemes", {})
        schemes["token"] = {"type": "http", "scheme": "bearer"}
        for path, operations in document["paths"].items():
            for operation in operations.values():
                _complete(operation, needs_token=path not in OPEN_PATHS)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(operation: dict[str, Any], *, needs_token: bool) -> None:
    if needs_token:
        operation["security"] = [{"token": []}]
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            response["content"] = {MEDIA_TYPE: content["application/json"]}
