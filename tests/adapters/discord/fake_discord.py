"""A Discord in memory around the real client, service and database."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.discord.client import Client
from bot.adapters.discord.context import AdapterContext
from bot.config.sections import DiscordSettings, PrivacySettings
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.service import Service
from bot.database.engine import open_database
from bot.database.store import SqlStore
from bot.i18n import TERMS_VERSION
from model import Prediction
from model.embedding_offset import EmbeddingOffset, EmojiChoice

FIVE = [Prediction(e, s) for e, s in zip("😂🔥🎉😢🍕", (0.5, 0.2, 0.1, 0.1, 0.1), strict=True)]


class BlockingPredictor:
    """Answers every text alike, at once or when it is let."""

    version = "echo-1"
    threshold = 0.3

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.texts: list[str] = []
        self.candidates: list[frozenset[str]] = []
        """Of each text; empty where all were allowed."""
        self.biases: list[Mapping[str, float]] = []

    async def predict(
        self,
        text: str,
        k: int,
        candidates: Collection[str] | None,
        bias: Mapping[str, float] | None = None,
        moves: Mapping[str, EmbeddingOffset] | None = None,
    ) -> list[Prediction]:
        self.texts.append(text)
        self.candidates.append(frozenset(candidates or ()))
        self.biases.append(bias or {})
        await self.free.wait()
        return [each for each in FIVE if candidates is None or each.emoji in candidates][:k]

    async def embedding_offsets(
        self, choices: Sequence[EmojiChoice]
    ) -> Mapping[str, EmbeddingOffset]:
        return {}


@dataclass
class DiscordWorld:
    """One server with a channel, an owner and two members."""

    env: Env
    client: Client
    guild: GuildHandle
    channel: ChannelHandle
    owner: MemberActor
    anna: MemberActor
    ben: MemberActor
    engine: AsyncEngine
    store: SqlStore
    predictor: BlockingPredictor


@asynccontextmanager
async def running_world(folder: Path, **settings: object) -> AsyncIterator[DiscordWorld]:
    """Connect the client."""
    engine = await open_database(f"sqlite+aiosqlite:///{folder / 'world.db'}")
    store = SqlStore(engine, terms=TERMS_VERSION)
    predictor = BlockingPredictor()
    parts = AdapterContext(
        Service(predictor, store),
        store,
        Pseudonyms(b"secret" * 6),
        DiscordSettings.model_validate(settings),
        PrivacySettings(),
    )
    client = Client(parts, message_content=True)
    env = Env(client, shard_count=1)
    await env.start()
    try:
        yield _build_world(env, client, engine, store, predictor)
    finally:
        await env.shutdown()
        await engine.dispose()


def _build_world(
    env: Env, client: Client, engine: AsyncEngine, store: SqlStore, predictor: BlockingPredictor
) -> DiscordWorld:
    guild = env.create_guild()
    channel = guild.create_text_channel("general")
    managers = guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    return DiscordWorld(
        env=env,
        client=client,
        guild=guild,
        channel=channel,
        owner=guild.add_member(env.create_user("owner"), roles=[managers]),
        anna=guild.add_member(env.create_user("anna")),
        ben=guild.add_member(env.create_user("ben")),
        engine=engine,
        store=store,
        predictor=predictor,
    )
