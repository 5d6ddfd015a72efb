"""The privacy commands: their texts, choices and results, the same on every platform."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.core.events import MemberKey
from bot.core.members.requests import MemberRequests
from bot.i18n import TERMS_VERSION, localize

DATA_FILENAME = "emoji-reactor.json"


@dataclass(frozen=True, slots=True)
class Retention:
    """Retention of rows and texts, in days."""

    days: int
    text_days: int | None
    """None if texts are never stored."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text with the choices below it."""

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    """Name and label of each; a member's choice goes to ``PrivacyCommands.choose`` by its name."""


class PrivacyCommands:
    """The privacy commands of one platform; each raises ``StoreFailed`` if the store fails."""

    def __init__(self, platform: str, requests: MemberRequests, retention: Retention) -> None:
        self._platform = platform
        self._requests = requests
        self._retention = retention
        self._actions: Mapping[str, Callable[[MemberKey, str | None], Awaitable[str]]] = {
            "forget": self._forget,
            "keep": self._keep,
            _under_terms("agree"): self._agree,
            "decline": self._decline,
            "revoke": self._revoke,
            _under_terms("learn"): self._learn,
            "refuse": self._refuse,
            "stop": self._stop,
        }
        self._agreements = {"agree": self.ask_for_consent, "learn": self.ask_for_personal}

    def describe(self, language: str | None) -> str:
        """Return what is kept and for how long."""
        days, text_days = self._retention.days, self._retention.text_days
        texts = (
            localize("privacy.texts_never", language)
            if text_days is None
            else localize("privacy.texts_consented", language, days=text_days)
        )
        paragraphs = [
            localize("privacy.intro", language),
            localize("privacy.rows", language, days=days),
            texts,
            localize("privacy.model", language),
            localize("privacy.commands", language),
        ]
        return "\n\n".join(paragraphs)

    async def data_file(self, member: MemberKey) -> bytes:
        """Return everything kept about a member, as a JSON file."""
        data = await self._requests.member_data(self._platform, member)
        return json.dumps(data, ensure_ascii=False, indent=2).encode()

    async def opt_out(self, member: MemberKey, language: str | None) -> str:
        """Record an opt-out, and erase what is kept; return the confirmation."""
        await self._requests.opt_out(self._platform, member)
        return localize("optout.done", language)

    async def opt_in(self, member: MemberKey, language: str | None) -> str:
        """Revoke an opt-out; return the confirmation."""
        await self._requests.opt_in(self._platform, member)
        return localize("optin.done", language)

    def ask_to_forget(self, language: str | None) -> Prompt:
        """Return the question if everything kept about the member should be erased."""
        choices = (
            ("forget", localize("forget.yes", language)),
            ("keep", localize("forget.no", language)),
        )
        return Prompt(localize("forget.ask", language), choices)

    async def ask_for_consent(self, member: MemberKey, language: str | None) -> Prompt:
        """Return the terms, the member's consent to them, and what can change."""
        days = self._retention.text_days
        if days is None:
            return Prompt(localize("consent.unavailable", language))
        if await self._requests.is_opted_out(self._platform, member):
            return Prompt(localize("consent.opted_out", language))
        version = await self._requests.consent_version(self._platform, member)
        paragraphs = [
            localize("consent.title", language, version=TERMS_VERSION),
            localize("consent.terms", language, days=days),
            localize(_consent_key(version), language, version=version),
        ]
        names = [] if version == TERMS_VERSION else [_under_terms("agree")]
        names.append("decline" if version is None else "revoke")
        choices = tuple((name, localize(f"consent.{choice_of(name)}", language)) for name in names)
        return Prompt("\n\n".join(paragraphs), choices)

    async def ask_for_personal(self, member: MemberKey, language: str | None) -> Prompt:
        """Return what preferences of the member's own are, and let the member agree or revoke."""
        if await self._requests.is_opted_out(self._platform, member):
            return Prompt(localize("consent.opted_out", language))
        agreed = await self._requests.is_personal(self._platform, member)
        status = "personal.active" if agreed else "personal.inactive"
        paragraphs = [
            localize(key, language) for key in ("personal.title", "personal.terms", status)
        ]
        names = ["stop"] if agreed else [_under_terms("learn"), "refuse"]
        choices = tuple((name, localize(f"personal.{choice_of(name)}", language)) for name in names)
        return Prompt("\n\n".join(paragraphs), choices)

    async def choose(self, name: str, member: MemberKey, language: str | None) -> Prompt:
        """Carry out a choice; return its confirmation.

        An agreement to earlier terms is none: it returns the question under those of today.
        """
        if (action := self._actions.get(name)) is not None:
            return Prompt(await action(member, language))
        ask_again = self._agreements.get(choice_of(name))
        if ask_again is not None:
            return await ask_again(member, language)
        return Prompt(localize("error.expired", language))  # a button of an earlier version

    async def _forget(self, member: MemberKey, language: str | None) -> str:
        count = await self._requests.forget(self._platform, member)
        return localize("forget.done", language, count=count)

    async def _keep(self, member: MemberKey, language: str | None) -> str:
        return localize("forget.kept", language)

    async def _agree(self, member: MemberKey, language: str | None) -> str:
        if self._retention.text_days is None:
            return localize("consent.unavailable", language)
        if await self._requests.is_opted_out(self._platform, member):
            return localize("consent.opted_out", language)
        await self._requests.consent(self._platform, member, TERMS_VERSION)
        return localize("consent.given", language, version=TERMS_VERSION)

    async def _decline(self, member: MemberKey, language: str | None) -> str:
        return localize("consent.declined", language)

    async def _revoke(self, member: MemberKey, language: str | None) -> str:
        await self._requests.consent(self._platform, member, None)
        return localize("consent.revoked", language)

    async def _learn(self, member: MemberKey, language: str | None) -> str:
        if await self._requests.is_opted_out(self._platform, member):
            return localize("consent.opted_out", language)
        await self._requests.set_personal(self._platform, member, True)
        return localize("personal.learning", language)

    async def _refuse(self, member: MemberKey, language: str | None) -> str:
        return localize("personal.refused", language)

    async def _stop(self, member: MemberKey, language: str | None) -> str:
        await self._requests.set_personal(self._platform, member, False)
        return localize("personal.stopped", language)


def choice_of(name: str) -> str:
    """Return the name of a choice without the version of the terms that it agrees to."""
    return name.partition("-")[0]


def _under_terms(name: str) -> str:
    """Return the name of a choice that agrees to these terms, which the member has seen."""
    return f"{name}-{TERMS_VERSION}"


def _consent_key(version: str | None) -> str:
    if version is None:
        return "consent.inactive"
    return "consent.active" if version == TERMS_VERSION else "consent.outdated"
