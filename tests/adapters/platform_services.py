"""The services of a platform, on a real database and a predictor that answers all texts alike."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.components import Components
from bot.adapters.services import PlatformServices
from bot.config.sections import PrivacySettings
from bot.core.members.pseudonyms import Pseudonyms
from bot.core.messages.service import Service
from bot.database.store import SqlStore
from bot.i18n import TERMS_VERSION

PSEUDONYMS = Pseudonyms(b"secret" * 6)


def build_services(platform: str, engine: AsyncEngine, predictor: Any) -> PlatformServices:  # noqa: ANN401 - serves predictions alone
    """Return the services of a platform, for an open database."""
    store = SqlStore(engine, terms=TERMS_VERSION)
    components = Components(Service(predictor, store), PSEUDONYMS, store, engine, predictor)
    return PlatformServices(platform, components, PrivacySettings().retention())
