"""Outcomes on a platform, and what it refused."""

from collections import Counter
from dataclasses import replace

from bot.core.concurrency.store_retry import retry_until_stored
from bot.core.errors import PlatformRefused, StoreFailed
from bot.core.events import MessageRef, Outcome, SkipReason
from bot.core.messages.failures import Failures
from bot.core.ports import BigReactionPlatform, ChatPlatform, OutcomeStore


class Showing:
    """Shows recorded outcomes, and records what the platform refused."""

    def __init__(self, outcomes: OutcomeStore, failures: Failures) -> None:
        """Start without refusals."""
        self._outcomes = outcomes
        self._failures = failures
        self.refusals: Counter[str] = Counter()
        """Number of refusals since the start, by name."""

    async def show(self, platform: ChatPlatform, outcome: Outcome) -> Outcome:
        """Show an outcome; return it, or that of the platform's refusal. Never raises."""
        try:
            if outcome.as_buttons:
                await platform.reply(outcome.ref, outcome.predictions)
            elif outcome.is_big and isinstance(platform, BigReactionPlatform):
                await platform.react_big(outcome.ref, outcome.shown)
            else:
                await platform.react(outcome.ref, outcome.shown)
        except PlatformRefused as error:
            refusal = error.reason
            self.refusals[refusal] += 1
        except Exception as error:
            self._failures.record("platform", error)
            refusal = "error"
        else:
            return outcome
        await self._record_refusal(outcome.ref, refusal)
        return replace(outcome, shown=(), skip_reason=SkipReason.REFUSED, refusal=refusal)

    async def _record_refusal(self, ref: MessageRef, refusal: str) -> None:
        """Record a refusal; wait while the store is away, as its row says that it was shown."""

        async def record() -> None:
            try:
                await self._outcomes.record_refusal(ref, refusal)
            except StoreFailed:
                self._failures.counts["store"] += 1
                raise

        try:
            await retry_until_stored(record)
        except Exception as error:
            self._failures.record("store", error)
