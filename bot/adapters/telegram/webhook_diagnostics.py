"""Diagnostics of Telegram's webhook: what is registered, against the settings."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from telegram import WebhookInfo

from bot.adapters.telegram.dispatch import update_kinds
from bot.config.sections import TelegramSettings
from bot.core.diagnostic import Diagnostic, failed, ok, warning

RECENT = timedelta(hours=1)
PORTS = frozenset((443, 80, 88, 8443))
"""The ports that Telegram sends to."""


def check_webhook(settings: TelegramSettings, info: WebhookInfo) -> Diagnostic:
    """Compare the registered webhook with the settings."""
    check, wait = "telegram.webhook", f"waiting updates: {info.pending_update_count}"
    wanted, restart = settings.webhook_url, "start emoji-reactor run again, which registers it"
    if wanted is None:
        if not info.url:
            return ok(check, f"none, as the bot polls; {wait}")
        remedy = (
            "emoji-reactor run takes it away at its start; if another program uses it, get a token"
            " for this bot alone"
        )
        return warning(check, f"{_host(info.url)} gets the updates, not the polling bot", remedy)
    if not _reachable(wanted):
        ports = ", ".join(map(str, sorted(PORTS)))
        remedy = f"set telegram.webhook_url to an https address on one of the ports {ports}"
        return failed(check, "Telegram does not send to telegram.webhook_url", remedy)
    if info.url != wanted:
        there = f"{_host(info.url)} gets the updates" if info.url else "nothing is registered"
        return warning(check, f"{there}, not {_host(wanted)}", restart)
    if missing := _missing_kinds(settings, info.allowed_updates):
        return warning(check, f"Telegram does not send {', '.join(missing)}", restart)
    if info.last_error_date and datetime.now(UTC) - info.last_error_date < RECENT:
        return _undelivered(settings, info, wait)
    return ok(check, f"{_host(wanted)} gets the updates; {wait}")


def _undelivered(settings: TelegramSettings, info: WebhookInfo, wait: str) -> Diagnostic:
    """Report a recent failed delivery; if no update waits, a later one succeeded."""
    judge = failed if info.pending_update_count else warning
    cause = " ".join((info.last_error_message or "no reason given").split())[:200]
    return judge(
        "telegram.webhook",
        f"Telegram could not deliver to {_host(info.url)} lately: {cause}; {wait}",
        f"check that emoji-reactor run is there, that its proxy passes the path on to"
        f" {settings.webhook_listen}, and its certificate",
    )


def _missing_kinds(settings: TelegramSettings, allowed: Sequence[str] | None) -> list[str]:
    return [kind for kind in update_kinds(settings) if kind not in (allowed or ())]


def _reachable(url: str) -> bool:
    address = urlsplit(url)
    return address.scheme == "https" and (address.port or 443) in PORTS


def _host(url: str) -> str:
    """Return the host alone: a path may be a secret."""
    return urlsplit(url).hostname or "another address"
