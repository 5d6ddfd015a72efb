"""The API and the page as one application, on one port."""

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.api.access import is_api_path


class BesidePage:
    """ASGI application that gives the API its paths, and the page all others.

    Each has its own access control: the API's clients have tokens, the page's visitors a password.
    """

    def __init__(self, api: ASGIApp, page: ASGIApp) -> None:
        """Serve both."""
        self._api, self._page = api, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; the lifespan is the page's, as the API has none."""
        is_for_api = scope["type"] == "http" and is_api_path(scope["path"])
        await (self._api if is_for_api else self._page)(scope, receive, send)
