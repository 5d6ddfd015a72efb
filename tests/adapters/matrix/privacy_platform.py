"""Matrix with a real homeserver, for the privacy contract."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from bot.core.events import MessageRef
from bot.i18n import localize
from tests.adapters.platform_services import PSEUDONYMS, build_services
from tests.adapters.privacy_platforms import Records, opened_records
from tests.e2e.matrix_homeserver import MatrixMember

OFFER = localize("emoji.offer", "en")


class MatrixPlatform:
    """A room of the bot and two members, in which messages are not read, but requests are."""

    name = "matrix"

    def __init__(self, records: Records, bot: MatrixMember, members: list[MatrixMember]) -> None:
        self.records = records
        self._bot = bot
        self._anna, self._ben = members
        self.requester, self.other = (PSEUDONYMS.key("matrix", member.id) for member in members)
        self._room = ""

    async def enter(self) -> None:
        """Create the room."""
        self._room = await self._anna.create_room(self._ben.id, self._bot.id)
        await self._ben.call("POST", f"/join/{self._room}")
        await self._anna.wait_for_join(self._room, self._bot.id)
        await self._turn(on=False)

    async def request(self, text: str) -> None:
        await self._answer(await self._anna.say(self._room, f"!emoji {text}"))

    async def request_for_message(self, text: str) -> str:
        return await self._request_about(await self._ben.say(self._room, text))

    async def request_for_own_message(self, text: str) -> str:
        return await self._request_about(await self._anna.say(self._room, text))

    async def answer(self, text: str, answer: str) -> None:
        await self._turn(on=False)
        message = await self._ben.say(self._room, text)
        await self._answer(await self._anna.say(self._room, "!help"))  # comes after it
        await self._turn(on=True)
        reply = await self._anna.reply(self._room, message, answer)
        await self._anna.reactions(self._room, reply, self._bot.id)

    async def _request_about(self, message: str) -> str:
        return await self._answer(await self._anna.reply(self._room, message, "!emoji"))

    async def _answer(self, message: str) -> str:
        answer = await self._anna.reply_to(self._room, message, self._bot.id)
        text = str(answer["content"]["body"])
        return OFFER if text.startswith(OFFER) else text

    async def _turn(self, *, on: bool) -> None:
        community = MessageRef("matrix", self._room, "", "")
        settings = self.records.store.chat_settings
        await settings.set_override(community, "enabled", on, everywhere=True)


@asynccontextmanager
async def running_matrix(homeserver: str, folder: Path) -> AsyncIterator[MatrixPlatform]:
    """Run the adapter with accounts of its own."""
    pytest.importorskip("nio", reason="the matrix extra is not installed")
    from bot.adapters.matrix.adapter import MatrixAdapter
    from bot.adapters.matrix.gateway import Gateway
    from bot.adapters.matrix.rooms import Rooms
    from bot.config.sections import MatrixSettings

    accounts = [MatrixMember(homeserver, f"{name}-{uuid4().hex}") for name in ("bot", "a", "b")]
    async with opened_records(folder) as records:
        services = build_services("matrix", records.engine, records.predictor)
        settings = MatrixSettings(homeserver=homeserver)
        gateway = Gateway(settings, accounts[0].token, services.connection, None)
        serving = asyncio.create_task(MatrixAdapter(Rooms(services, gateway, ("*",))).run())
        try:
            platform = MatrixPlatform(records, accounts[0], accounts[1:])
            await platform.enter()
            yield platform
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving
            for account in accounts:
                await account.http.aclose()
