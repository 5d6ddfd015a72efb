"""The web page as a platform: ``demo.page`` in front of the service and the database."""

from starlette.types import ASGIApp

from bot.adapters.components import Components
from bot.adapters.web.application import page_application
from bot.adapters.web.backend import WebBackend, page_terms
from bot.config.settings import Settings
from bot.core.concurrency.batching import BatchingPredictor
from bot.core.errors import EmojiReactorError
from bot.remote.model import RemoteModel
from model import Predictor

__all__ = ["WebBackend", "build_page_application", "page_application", "page_terms"]


def build_page_application(
    components: Components, settings: Settings, token: str | None
) -> ASGIApp:
    """Return the page in front of the components, with which it must end.

    Raises:
        EmojiReactorError: the artifact is on another machine.
    """
    backend = WebBackend(
        components.service,
        components.pseudonyms,
        components.engine,
        _local(components.predictor),
        page_terms(settings.privacy.retention_days, settings.privacy.text_retention_days),
    )
    return page_application(backend, settings.web, token)


def _local(
    predictor: BatchingPredictor[Predictor] | BatchingPredictor[RemoteModel],
) -> BatchingPredictor[Predictor]:
    if isinstance(predictor.serving, RemoteModel):
        raise EmojiReactorError(
            "the page explains predictions, for which it needs the artifact here: model.source"
            " should be no URL"
        )
    return predictor
