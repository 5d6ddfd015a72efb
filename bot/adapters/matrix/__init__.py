"""Matrix, on matrix-nio, without end-to-end encryption."""

from bot.adapters.components import Components
from bot.adapters.matrix.adapter import MatrixAdapter
from bot.adapters.matrix.context import AdapterContext
from bot.adapters.matrix.gateway import Gateway
from bot.config.settings import Settings

__all__ = ["MatrixAdapter", "build_adapter"]


def build_adapter(components: Components, settings: Settings, token: str) -> MatrixAdapter:
    """Return an adapter that is not connected yet.

    Raises:
        EmojiReactorError: ``matrix.homeserver`` is not set.
    """
    connection = components.connections["matrix"]
    gateway = Gateway(settings.matrix.homeserver, token, connection, settings.network.proxy)
    return MatrixAdapter(
        AdapterContext(components, settings.matrix, settings.privacy, gateway, connection)
    )
