"""Platforms on which one member asks for emojis for texts of their own and of others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import discord
from simcord.actors import MemberActor
from simcord.results import InteractionResult
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.console import ConsoleAdapter
from bot.adapters.telegram import BotServices, TelegramAdapter
from bot.adapters.web import WebBackend, page_terms
from bot.config.sections import PrivacySettings, TelegramSettings
from bot.core.events import MemberKey, MessageRef
from bot.core.messages.service import Service
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.database.tables import prediction
from bot.i18n import TERMS_VERSION
from demo.page.interface import PredictionRequest, VisitorId
from tests.adapters.discord.fake_discord import BlockingPredictor, DiscordWorld, running_world
from tests.adapters.platform_services import PSEUDONYMS
from tests.e2e.telegram_payloads import ALICE, BOB, GROUP, TOKEN, chat, user
from tests.e2e.telegram_server import TelegramServer

HIDDEN = {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": "Somebody"}


@dataclass(frozen=True)
class Records:
    """Texts that the predictor read and that the database holds."""

    engine: AsyncEngine
    store: SqlStore
    predictor: BlockingPredictor

    async def rows(self) -> list[tuple[str, str | None]]:
        """Return author and text of every recorded outcome."""
        async with self.engine.connect() as connection:
            found = await connection.execute(select(prediction.c.author, prediction.c.text))
        return [(row.author, row.text) for row in found]


class Platform(Protocol):
    """A platform with a requester, who may ask for emojis for a text of their own."""

    name: str
    records: Records
    requester: MemberKey

    async def request(self, text: str) -> None:
        """Let the requester ask for emojis for a text of their own."""
        ...


class SharedPlatform(Platform, Protocol):
    """A platform on which the requester may ask about messages of another member."""

    other: MemberKey

    async def request_for_message(self, text: str) -> str:
        """Let the requester ask about a message that the other member wrote; return the answer."""
        ...

    async def request_for_own_message(self, text: str) -> str:
        """Let the requester ask about a message that they wrote themselves."""
        ...

    async def answer(self, text: str, answer: str) -> None:
        """Let the requester answer a message that the other member wrote, unread itself."""
        ...


class ForwardingPlatform(SharedPlatform, Protocol):
    """A platform that does not always tell whose words a text is."""

    async def request_for_unknown(self, text: str) -> str:
        """Let the requester ask about a text by an author whom the platform does not tell."""
        ...


def _content(result: InteractionResult) -> str:
    assert result.response is not None
    return result.response.content


class DiscordPlatform:
    """Discord in memory."""

    name = "discord"

    def __init__(self, built: DiscordWorld) -> None:
        self._world = built
        self.records = Records(built.engine, built.store, built.predictor)
        self.requester, self.other = _key(built.anna), _key(built.ben)

    async def request(self, text: str) -> None:
        await self._world.anna.slash(self._world.channel, "emoji", text=text)

    async def request_for_message(self, text: str) -> str:
        return await self._request_about(await self._write(self._world.ben, text))

    async def request_for_own_message(self, text: str) -> str:
        return await self._request_about(await self._write(self._world.anna, text))

    async def request_for_unknown(self, text: str) -> str:
        original = await self._write(self._world.ben, text)
        return await self._request_about(
            await self._world.anna.forward(original, self._world.channel)
        )

    async def answer(self, text: str, answer: str) -> None:
        await turn(self._world, on=False)
        message = await self._write(self._world.ben, text)
        await turn(self._world, on=True)
        await self._world.anna.send(self._world.channel, answer, reply_to=message)

    async def _write(self, author: MemberActor, text: str) -> discord.Message:
        return await author.send(self._world.channel, text)

    async def _request_about(self, message: discord.Message) -> str:
        anna, channel = self._world.anna, self._world.channel
        return _content(await anna.context_menu(channel, "Suggest emojis", message))


def _key(actor: MemberActor) -> MemberKey:
    return PSEUDONYMS.key("discord", str(actor.id))


class TelegramPlatform:
    """Telegram over a socket."""

    name = "telegram"
    requester = PSEUDONYMS.key("telegram", str(ALICE))
    other = PSEUDONYMS.key("telegram", str(BOB))

    def __init__(self, server: TelegramServer, records: Records) -> None:
        self.server = server
        self.records = records

    async def request(self, text: str) -> None:
        await self._answer(self.server.send_message(f"/emoji {text}"))

    async def request_for_message(self, text: str) -> str:
        return await self.request_for_reply(reply_to_message=replied(text, user(BOB)))

    async def request_for_own_message(self, text: str) -> str:
        return await self.request_for_reply(reply_to_message=replied(text, user(ALICE)))

    async def request_for_unknown(self, text: str) -> str:
        forwarded = replied(text, user(ALICE)) | {"forward_origin": HIDDEN}
        return await self.request_for_reply(reply_to_message=forwarded)

    async def answer(self, text: str, answer: str) -> None:
        self.server.send_message(answer, reply_to_message=replied(text, user(BOB)))
        await self.server.confirmed()

    async def request_for_reply(self, **changes: object) -> str:
        """Let the requester give ``/emoji`` in a message with these fields."""
        return await self._answer(self.server.send_message("/emoji", ALICE, GROUP, **changes))

    async def _answer(self, message: int) -> str:
        (call,) = await self.server.replies_to(message)
        return call.text


def replied(text: str, author: dict[str, Any]) -> dict[str, Any]:
    """Describe a message of the group that another one replies to."""
    described = {"message_id": 7, "date": 1_700_000_000, "chat": chat(GROUP)}
    return described | {"text": text, "from": author}


class ConsolePlatform:
    """The console in one process."""

    name = "console"

    def __init__(self, records: Records) -> None:
        self.records = records
        self._adapter = ConsoleAdapter(Service(records.predictor, records.store), PSEUDONYMS)
        self.requester = self._adapter.member

    async def request(self, text: str) -> None:
        await self._adapter.take(text)


class WebPlatform:
    """The page without its browser."""

    name = "web"
    requester = PSEUDONYMS.key("web", "anna")

    def __init__(self, records: Records) -> None:
        self.records = records
        service = Service(records.predictor, records.store)
        predictor: Any = records.predictor  # serves no explanations here
        terms = page_terms(365, 90)
        self._backend = WebBackend(service, PSEUDONYMS, records.engine, predictor, terms)

    async def request(self, text: str) -> None:
        await self._backend.record_choice(
            VisitorId("anna"), PredictionRequest(text, text, None), "😂", None
        )


@asynccontextmanager
async def opened_records(folder: Path) -> AsyncIterator[Records]:
    """Open an empty database beside a predictor that answers all texts alike."""
    engine = await open_database(f"sqlite+aiosqlite:///{folder / 'records.db'}")
    try:
        yield Records(engine, SqlStore(engine, terms=TERMS_VERSION), BlockingPredictor())
    finally:
        await engine.dispose()


@asynccontextmanager
async def running(name: str, folder: Path) -> AsyncIterator[Any]:
    """Run a platform by its name."""
    if name == "discord":
        async with running_world(folder, training_permitted=True) as built:
            await turn(built, on=False)
            yield DiscordPlatform(built)
        return
    async with opened_records(folder) as records:
        if name == "telegram":
            async with _telegram(records) as platform:
                yield platform
        else:
            yield {"console": ConsolePlatform, "web": WebPlatform}[name](records)


@asynccontextmanager
async def _telegram(records: Records) -> AsyncIterator[TelegramPlatform]:
    server = TelegramServer()
    await server.start()
    services = BotServices(
        Service(records.predictor, records.store),
        records.store,
        PSEUDONYMS,
        TelegramSettings(base_url=server.origin),
        PrivacySettings(),
    )
    serving = asyncio.create_task(TelegramAdapter(services, TOKEN).run())
    try:
        await server.polling()
        yield TelegramPlatform(server, records)
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        await server.close()
    assert server.errors == []


async def turn(built: DiscordWorld, *, on: bool) -> None:
    """Read messages, or leave requests only: those that no member asks about are not read."""
    community = MessageRef("discord", str(built.guild.id), "", "")
    await built.store.chat_settings.set_override(community, "enabled", on, everywhere=True)
