"""The web server of the page."""

import logging

import gradio
from fastapi import FastAPI

from bot.adapters.web.access import AccessControl
from bot.adapters.web.backend import PLATFORM
from bot.config.sections import WebSettings
from bot.http.server import listen, serve, url_of
from demo.page.build import build_page
from demo.page.interface import Backend
from demo.page.theme import serving_options

logger = logging.getLogger(__name__)


class WebAdapter:
    """Adapter that serves Gradio's page with uvicorn in the bot's event loop."""

    name = PLATFORM

    def __init__(
        self,
        backend: Backend,
        address: tuple[str, int],
        settings: WebSettings,
        token: str | None = None,
    ) -> None:
        """Prepare to serve at host and port; only ``run`` listens."""
        self._backend = backend
        self._host, self._port = address
        self._settings = settings
        self._token = token

    async def run(self) -> None:
        """Serve until cancelled; requests in progress are answered.

        Raises:
            AddressUnavailable: the address is in use, or not one of this machine.
        """
        listening = listen(self._host, self._port)
        app = AccessControl(_application(self._backend), self._settings, self._token)
        logger.info("the page is at %s", url_of(*listening.getsockname()[:2]))
        await serve(app, listening, self._settings.trusted_proxies)


def _application(backend: Backend) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    page = build_page(backend)
    gradio.mount_gradio_app(app, page, path="/", **serving_options(page))
    return app
