"""The remote model that the settings name."""

import logging
from urllib.parse import urlsplit

from bot.config.credentials import Credentials
from bot.config.proxy import proxy_for
from bot.config.settings import Settings
from bot.core.errors import EmojiReactorError
from bot.http.hosts import is_loopback
from bot.remote.model import RemoteModel
from bot.remote.server import ModelServer

logger = logging.getLogger(__name__)


def open_remote_model(settings: Settings, credentials: Credentials) -> RemoteModel:
    """Return the model at the URL ``model.source``, after a question which artifact it has.

    Raises:
        Overloaded, ModelServerFailed: the server gives no answer.
    """
    url, token = settings.model.source or "", credentials.model_token
    address = urlsplit(url)
    if address.scheme == "http" and not is_loopback(address.hostname or ""):
        logger.warning("model.source: texts and the token pass the network in clear; use https")
    server = ModelServer(
        url,
        None if token is None else token.get_secret_value(),
        settings.model.timeout_seconds,
        proxy_for(url, settings.network.proxy),
    )
    try:
        return RemoteModel(server, server.about())
    except EmojiReactorError:
        server.close()
        raise
