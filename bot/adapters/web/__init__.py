"""The web page as a platform: ``demo.page`` in front of the service and the database."""

from bot.adapters.web.adapter import WebAdapter
from bot.adapters.web.backend import WebBackend, page_terms

__all__ = ["WebAdapter", "WebBackend", "page_terms"]
