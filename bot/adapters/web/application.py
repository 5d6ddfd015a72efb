"""The page as one ASGI application."""

import gradio
from fastapi import FastAPI
from starlette.types import ASGIApp

from bot.adapters.web.access import AccessControl
from bot.config.sections import WebSettings
from demo.page.build import build_page
from demo.page.interface import Backend
from demo.page.theme import serving_options


def page_application(backend: Backend, settings: WebSettings, token: str | None = None) -> ASGIApp:
    """Return Gradio's page in front of a backend, behind the access control."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    page = build_page(backend)
    gradio.mount_gradio_app(app, page, path="/", **serving_options(page))
    return AccessControl(app, settings, token)
