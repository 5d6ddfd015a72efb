"""Components that every adapter is built from."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.concurrency.batching import BatchingPredictor
from bot.core.connection import Connection
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.service import Service
from bot.database.store import SqlStore
from bot.remote.model import RemoteModel
from model import Predictor


@dataclass(frozen=True, slots=True)
class Components:
    """The parts of the bot that outlive and serve all adapters."""

    service: Service
    pseudonyms: Pseudonyms
    store: SqlStore
    engine: AsyncEngine
    predictor: BatchingPredictor[Predictor] | BatchingPredictor[RemoteModel]
    connections: defaultdict[str, Connection] = field(
        default_factory=lambda: defaultdict(Connection)
    )
    """The connection of each platform, by its name."""
