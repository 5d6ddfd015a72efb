"""The store in memory: keeps the contract of ``bot.core.ports.Store``, and fails on demand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.core.chat_settings.schema import ChatSettings
from bot.core.errors import StoreFailed
from bot.core.events import (
    CustomEmojiChoice,
    Feedback,
    FeedbackKind,
    FeedbackResult,
    FeedbackSource,
    IncomingMessage,
    MemberKey,
    MessageRef,
    Outcome,
    RecordedOutcome,
    SkipReason,
)
from bot.core.ports import MemberStatus
from bot.core.preferences.counts import OUTSIDE_TOP_K, QUORUM, CommunityCounts, Counts
from bot.core.rules.rule import Rule

Community = tuple[str, str]
FeedbackKey = tuple[MessageRef, MemberKey, FeedbackKind, str | None]


class MemoryStore:
    """A store in dictionaries."""

    def __init__(self) -> None:
        self.failing: set[str] = set()
        """The methods that raise, such as ``outcomes.record``."""
        self.chat_settings = MemoryChatSettings(self)
        self.rules = MemoryRules(self)
        self.members = MemoryMembers(self)
        self.outcomes = MemoryOutcomes(self)
        self.feedback = MemoryFeedback(self)
        self.preferences = MemoryPreferences(self)
        self.unprompted = MemoryUnprompted(self)
        self.consented_texts = MemoryConsentedTexts(self)

    def check(self, method: str) -> None:
        if method in self.failing:
            raise StoreFailed("disk full")


class _Part:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store


class MemoryChatSettings(_Part):
    """The same settings for every chat."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.value = ChatSettings()

    async def get(self, ref: MessageRef, parent: str = "") -> ChatSettings:
        self._store.check("chat_settings.get")
        return self.value


class MemoryRules(_Part):
    """Rules by community."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.stored: dict[Community, list[Rule]] = {}
        self.versions: Counter[Community] = Counter()
        self.reads = 0

    async def rules(self, ref: MessageRef) -> list[Rule]:
        self._store.check("rules.rules")
        self.reads += 1
        return list(self.stored.get((ref.platform, ref.community), ()))

    async def add(self, ref: MessageRef, new: Rule) -> Rule:
        rules = self._change(ref)
        rules.append(replace(new, number=max((each.number for each in rules), default=0) + 1))
        return rules[-1]

    async def remove(self, ref: MessageRef, number: int) -> bool:
        rules = self._change(ref)
        left = [each for each in rules if each.number != number]
        removed = len(left) < len(rules)
        rules[:] = left
        return removed

    async def replace(self, ref: MessageRef, rules: Sequence[Rule]) -> None:
        self._change(ref)[:] = [replace(each, number=n) for n, each in enumerate(rules, start=1)]

    def _change(self, ref: MessageRef) -> list[Rule]:
        self._store.check("rules.change")
        self.versions[ref.platform, ref.community] += 1
        return self.stored.setdefault((ref.platform, ref.community), [])


class MemoryMembers(_Part):
    """Opt-outs and consents."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.opted_out: set[tuple[str, MemberKey]] = set()
        self.consents: dict[tuple[str, MemberKey], str] = {}
        self.personal: set[tuple[str, MemberKey]] = set()

    async def status(self, message: IncomingMessage) -> MemberStatus:
        settings = await self._store.chat_settings.get(message.ref, message.parent_chat)
        opted_out = await self.is_opted_out(message.ref.platform, message.author)
        community = message.ref.platform, message.ref.community
        personal = await self.is_personal(message.ref.platform, message.author)
        return MemberStatus(settings, opted_out, self._store.rules.versions[community], personal)

    async def is_opted_out(self, platform: str, member: MemberKey) -> bool:
        self._store.check("members.is_opted_out")
        return (platform, member) in self.opted_out

    async def set_opted_out(self, platform: str, member: MemberKey, out: bool) -> None:
        self._store.check("members.set_opted_out")
        if out:
            await self.erase(platform, member)
            self.opted_out.add((platform, member))
        else:
            self.opted_out.discard((platform, member))

    async def consent_version(self, platform: str, member: MemberKey) -> str | None:
        self._store.check("members.consent_version")
        return self.consents.get((platform, member))

    async def set_consent(self, platform: str, member: MemberKey, version: str | None) -> None:
        self._store.check("members.set_consent")
        if version is None:
            self.consents.pop((platform, member), None)
        else:
            self.consents[platform, member] = version

    async def is_personal(self, platform: str, member: MemberKey) -> bool:
        self._store.check("members.is_personal")
        return (platform, member) in self.personal

    async def set_personal(self, platform: str, member: MemberKey, agreed: bool) -> None:
        self._store.check("members.set_personal")
        (self.personal.add if agreed else self.personal.discard)((platform, member))

    async def erase(self, platform: str, member: MemberKey) -> int:
        self._store.check("members.erase")
        outcomes, feedback = self._store.outcomes.rows, self._store.feedback.rows
        own = [
            ref
            for ref, (message, _) in outcomes.items()
            if ref.platform == platform and message.author == member
        ]
        given = [
            key
            for key in feedback
            if key[0] in own or (key[0].platform == platform and key[1] == member)
        ]
        consents = [self.consents.pop((platform, member), None)]
        consents.append("personal" if (platform, member) in self.personal else None)
        self.personal.discard((platform, member))
        for key in given:
            del feedback[key]
        for ref in own:
            del outcomes[ref]
        return len(own) + len(given) + sum(each is not None for each in consents)

    async def data(self, platform: str, member: MemberKey) -> dict[str, object]:
        self._store.check("members.data")
        return {"platform": platform, "member": member}


class MemoryOutcomes(_Part):
    """Outcomes with the messages that they are of."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.rows: dict[MessageRef, tuple[IncomingMessage, Outcome]] = {}

    async def record(self, message: IncomingMessage, outcome: Outcome) -> bool:
        self._store.check("outcomes.record")
        if message.ref in self.rows:
            return False
        self.rows[message.ref] = (message, outcome)
        return True

    async def record_refusal(self, ref: MessageRef, refusal: str) -> None:
        self._store.check("outcomes.record_refusal")
        if ref not in self.rows:
            return
        message, outcome = self.rows[ref]
        refused = replace(outcome, shown=(), skip_reason=SkipReason.REFUSED, refusal=refusal)
        self.rows[ref] = (message, refused)

    async def find(self, ref: MessageRef) -> RecordedOutcome | None:
        self._store.check("outcomes.find")
        return RecordedOutcome(self.rows[ref][1], datetime.now(UTC)) if ref in self.rows else None

    async def delete(self, ref: MessageRef) -> None:
        self._store.check("outcomes.delete")
        self.rows.pop(ref, None)
        feedback = self._store.feedback.rows
        for key in [key for key in feedback if key[0] == ref]:
            del feedback[key]


class MemoryFeedback(_Part):
    """Feedback by message, actor, kind and emoji."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.rows: dict[FeedbackKey, Feedback] = {}
        self._bursts: dict[FeedbackKey, set[bool]] = {}
        """True for a burst reaction, False for any other source."""
        self.latest_updates: dict[tuple[MessageRef, MemberKey, FeedbackSource], int] = {}

    async def add(self, given: Feedback) -> FeedbackResult:
        self._store.check("feedback.add")
        if not given.withdrawn and self._is_opted_out(given.ref, given.actor):
            return FeedbackResult.OPTED_OUT
        if given.ref not in self._store.outcomes.rows:
            return FeedbackResult.UNKNOWN_MESSAGE
        key = (given.ref, given.actor, given.kind, given.emoji)
        if key not in self.rows:
            self._bursts[key] = set()
        is_burst = given.source is FeedbackSource.BURST
        (self._bursts[key].discard if given.withdrawn else self._bursts[key].add)(is_burst)
        if self._bursts[key]:
            self.rows[key] = replace(given, withdrawn=False)
        else:
            self.rows.pop(key, None)
        return FeedbackResult.RECORDED

    async def replace(
        self,
        ref: MessageRef,
        actor: MemberKey,
        source: FeedbackSource,
        feedback: Sequence[Feedback],
        update_id: int | None = None,
    ) -> FeedbackResult:
        self._store.check("feedback.replace")
        if feedback and self._is_opted_out(ref, actor):
            return FeedbackResult.OPTED_OUT
        if ref not in self._store.outcomes.rows:
            return FeedbackResult.UNKNOWN_MESSAGE
        if update_id is not None:
            latest = self.latest_updates.get((ref, actor, source), update_id)
            if latest > update_id:
                return FeedbackResult.RECORDED
            self.latest_updates[ref, actor, source] = update_id
        for key, row in list(self.rows.items()):
            if (row.ref, row.actor, row.source) == (ref, actor, source):
                del self.rows[key]
        for given in feedback:
            await self.add(given)
        return FeedbackResult.RECORDED

    def _is_opted_out(self, ref: MessageRef, actor: MemberKey) -> bool:
        return (ref.platform, actor) in self._store.members.opted_out


class MemoryPreferences(_Part):
    """Counts that tests put in, without decay."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.pending: dict[Community, dict[str, Counts]] = {}
        self.confirmed: dict[Community, dict[str, Counts]] = {}
        """Only of communities whose confirmed counts differ from the pending ones."""
        self.changed_at: dict[Community, datetime] = {}
        self.of_members: dict[tuple[str, MemberKey], dict[str, Counts]] = {}
        self.member_reads = 0

    async def counts(self, ref: MessageRef, now: datetime) -> CommunityCounts:
        self._store.check("preferences.counts")
        community = ref.platform, ref.community
        pending = dict(self.pending.get(community, {}))
        return CommunityCounts(pending, self.confirmed.get(community, pending))

    async def member_counts(
        self, ref: MessageRef, member: MemberKey, now: datetime
    ) -> Mapping[str, Counts]:
        self._store.check("preferences.member_counts")
        self.member_reads += 1
        return dict(self.of_members.get((ref.community, member), {}))

    async def changes(self, since: datetime) -> Mapping[Community, datetime]:
        self._store.check("preferences.changes")
        return {key: at for key, at in self.changed_at.items() if at >= since}

    async def recent_counts(self, max_communities: int, now: datetime) -> list[dict[str, Counts]]:
        self._store.check("preferences.recent_counts")
        recent = sorted(
            self.pending, key=lambda key: self.changed_at.get(key, now).timestamp(), reverse=True
        )
        return [self.pending[key] for key in recent[:max_communities]]

    async def replace_counts(
        self, ref: MessageRef, counts: Mapping[str, Counts], now: datetime
    ) -> None:
        self._store.check("preferences.replace_counts")
        community = ref.platform, ref.community
        self.pending[community] = {OUTSIDE_TOP_K: Counts(), **counts}
        self.changed_at[community] = now


class MemoryUnprompted(_Part):
    """Unprompted emojis, without the end of the day."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.counted: list[tuple[MessageRef, MemberKey, str]] = []

    async def count(self, ref: MessageRef, member: MemberKey, emoji: str, at: datetime) -> bool:
        self._store.check("unprompted.count")
        recorded = self._store.outcomes.rows.get(ref)
        if recorded is None or recorded[1].shown or not recorded[1].predictions:
            return False
        members = {
            by for on, by, used in self.counted if _community(on, used) == _community(ref, emoji)
        }
        self.counted.append((ref, member, emoji))
        return member not in members and len(members) + 1 >= QUORUM


def _community(ref: MessageRef, emoji: str) -> tuple[str, str, str]:
    return ref.platform, ref.community, emoji


class MemoryConsentedTexts(_Part):
    """Choices on texts that tests put in."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.stored: dict[Community, list[CustomEmojiChoice]] = {}
        self.reads: list[MessageRef] = []
        """A message of each community whose texts were read."""

    async def choices(self, ref: MessageRef, max_choices: int) -> Sequence[CustomEmojiChoice]:
        self._store.check("consented_texts.choices")
        self.reads.append(ref)
        return self.stored.get((ref.platform, ref.community), [])[:max_choices]
