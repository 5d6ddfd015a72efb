"""Emojis of an application, as Discord's REST API keeps them."""

import base64

from aiohttp import web

from tests.e2e.discord_interactions import json_response
from tests.e2e.discord_payloads import BOT, Payload, own_emoji, user

UNKNOWN_EMOJI = 10014
MAX_IMAGE_BYTES = 256 << 10


class ApplicationEmojis:
    """The emojis that were uploaded."""

    def __init__(self) -> None:
        """Start without any."""
        self.uploaded: dict[str, Payload] = {}
        """Id -> description."""
        self.images: dict[str, bytes] = {}
        """Id -> content of the file."""
        self.is_readable = True
        """False if Discord refuses the list."""
        self._next_id = 800_000_000_000_000_000

    def add_routes(self, app: web.Application, api: str) -> None:
        """Answer the bot's requests under ``api``."""
        path = f"{api}/applications/{BOT}/emojis"
        app.router.add_get(path, self._list)
        app.router.add_post(path, self._create)
        app.router.add_get(path + "/{emoji}", self._get)
        app.router.add_delete(path + "/{emoji}", self._delete)

    async def _list(self, _request: web.Request) -> web.Response:
        if not self.is_readable:
            return json_response({"code": 0, "message": "no"}, status=403)
        return json_response({"items": [*self.uploaded.values()]})

    async def _create(self, request: web.Request) -> web.Response:
        body = await request.json()
        head, _, content = body["image"].partition(",")
        taken = any(each["name"] == body["name"] for each in self.uploaded.values())
        if taken or not head.startswith("data:image/"):
            return json_response({"code": 50035, "message": "Invalid Form Body"}, status=400)
        self._next_id += 1
        emoji = own_emoji(str(self._next_id), body["name"]) | {"user": user(BOT)}
        self.uploaded[str(emoji["id"])] = emoji
        self.images[str(emoji["id"])] = base64.b64decode(content)
        return json_response(emoji, status=201)

    async def _get(self, request: web.Request) -> web.Response:
        found = self.uploaded.get(request.match_info["emoji"])
        return _unknown() if found is None else json_response(found)

    async def _delete(self, request: web.Request) -> web.Response:
        found = self.uploaded.pop(request.match_info["emoji"], None)
        return _unknown() if found is None else web.Response(status=204)


def _unknown() -> web.Response:
    return json_response({"code": UNKNOWN_EMOJI, "message": "Unknown Emoji"}, status=404)
