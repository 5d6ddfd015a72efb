"""The page in a browser as a platform: ``demo.page`` in front of the service and the database."""

from bot.adapters.web.adapter import WebAdapter
from bot.adapters.web.reactor import Reactor, terms

__all__ = ["Reactor", "WebAdapter", "terms"]
