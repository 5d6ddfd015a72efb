"""Matrix, on matrix-nio, without end-to-end encryption."""

from bot.adapters.components import Components
from bot.adapters.matrix.adapter import MatrixAdapter
from bot.adapters.matrix.events import NAME
from bot.adapters.matrix.gateway import Gateway
from bot.adapters.matrix.rooms import Rooms
from bot.adapters.services import PlatformServices
from bot.config.settings import Settings


def build_adapter(components: Components, settings: Settings, token: str) -> MatrixAdapter:
    """Return an adapter that is not connected yet."""
    services = PlatformServices(NAME, components, settings.privacy.retention())
    gateway = Gateway(settings.matrix, token, services.connection, settings.network.proxy)
    return MatrixAdapter(Rooms(services, gateway, settings.matrix.invite_from))
