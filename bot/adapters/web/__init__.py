"""The page in a browser as a platform: ``demo.page`` in front of the service and the database."""

from bot.adapters.web.adapter import WebAdapter
from bot.adapters.web.reactor import WebReactor, terms

__all__ = ["WebAdapter", "WebReactor", "terms"]
