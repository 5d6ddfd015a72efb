"""Admission of messages: whether one is scored, now or later, and under which rule."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.core.chat_settings.schema import ChatSettings
from bot.core.events import IncomingMessage, Outcome, SkipReason
from bot.core.members import reading
from bot.core.messages.answered import readable_text
from bot.core.messages.failures import Failures
from bot.core.messages.policy import (
    DecisionContext,
    Pace,
    delay_of,
    is_sampled_out,
    settings_for,
    skip_before_prediction,
)
from bot.core.messages.randomness import Randomness
from bot.core.ports import MemberStatus, Store
from bot.core.rules.cache import RuleCache
from bot.core.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Admitted:
    """A message that is to be scored."""

    settings: ChatSettings
    opted_out: bool = False
    """A request by a member who opted out is answered, and not recorded."""
    rule: Rule | None = None
    """The rule of the community that fits."""
    rule_only: bool = False
    """True if the message is scored for its rule alone, and the model has no say."""
    answered: str = field(default="", repr=False)
    """The text that the message answers, if its gravity counts and it may be read."""
    is_personal: bool = False
    """True if the author's own preferences count."""


class Admission:
    """Applies the policy, the opt-outs and the rules before anything is computed."""

    def __init__(
        self,
        store: Store,
        pace: Callable[[IncomingMessage], Pace],
        randomness: Randomness,
        failures: Failures,
    ) -> None:
        """Start with an empty cache of rules; ``pace`` returns that of a message's chat."""
        self._members = store.members
        self._rules = RuleCache(store.rules)
        self._pace = pace
        self._randomness = randomness
        self._failures = failures

    async def admit(
        self, message: IncomingMessage, status: Awaitable[MemberStatus]
    ) -> Admitted | Outcome:
        """Return what the message is scored under, or the outcome of one that is not scored."""
        try:
            settings, opted_out, rules_version, is_personal = await status
            unreadable = await reading.reason_not_to_read(message, self._members)
            heeded = settings.context and not unreadable
            answered = await readable_text(message, self._members) if heeded else ""
        except Exception as error:
            # Without the settings and the opt-out the bot must not react.
            self._failures.record("store", error)
            return Outcome(message.ref, skip_reason=SkipReason.STORE_FAILED)
        context = DecisionContext(self._randomness.now(), self._pace(message), opted_out)
        reason = skip_before_prediction(message, settings, context) or unreadable
        if reason is not None:
            return Outcome(message.ref, skip_reason=reason)
        # Before any draw: a message that has waited is asked all of this again.
        if delay := delay_of(message, settings):
            return Outcome(message.ref, skip_reason=SkipReason.DELAYED, delay_seconds=delay)
        settings = settings_for(message, settings)
        rule = await self._find_rule(message, rules_version)
        sampled_out = is_sampled_out(message, settings, self._randomness.roll())
        if sampled_out and rule is None:
            return Outcome(message.ref, skip_reason=SkipReason.SAMPLED_OUT)
        return Admitted(settings, opted_out, rule, sampled_out, answered, is_personal)

    async def _find_rule(self, message: IncomingMessage, version: int) -> Rule | None:
        """Return the rule for a message; none for a request, which is about the five."""
        if message.requested:
            return None
        try:
            rules = await self._rules.get(message.ref, version)
        except Exception as error:
            self._failures.record("store", error)
            return None
        return rules.find(message, self._randomness.roll)
