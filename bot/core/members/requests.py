"""What people ask to be done or told: their data, and their community's taste.

Unlike an answer, a wish never fails in silence: who asked must hear so.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import StoreFailed
from bot.core.events import MemberKey, MessageRef
from bot.core.ports import Store
from bot.core.preferences import transfer
from bot.core.preferences.cache import PreferenceCache
from bot.core.preferences.counts import Counts
from bot.core.preferences.custom_emoji import CustomEmojiOffsets
from bot.core.preferences.posterior import Preferences


@dataclass(frozen=True, slots=True)
class PreferenceCaches:
    """What is remembered of communities, and must be read anew where a wish changed it."""

    preferences: PreferenceCache
    embedding_offsets: CustomEmojiOffsets
    now: Callable[[], datetime]


class MemberRequests:
    """Does what is asked for, or says that it was not done."""

    def __init__(
        self,
        store: Store,
        learnt: PreferenceCaches,
        settled: Callable[[], Awaitable[None]],
        failed: Callable[[str, Exception], None],
    ) -> None:
        """``settled`` waits for the answers under way; ``failed`` hears what went wrong where."""
        self._store = store
        self._learnt = learnt
        self._settled = settled
        self._failed = failed

    async def forget(self, platform: str, member: MemberKey) -> int:
        """Erase everything kept about a member but an opt-out; the number of rows erased.

        Raises:
            StoreFailed: nothing was erased; the member must hear so.
        """
        await self._settled()
        with self._must_store():
            erased = await self._store.members.erase(platform, member)
        self._learnt.embedding_offsets.invalidate(platform)
        return erased

    async def opt_out(self, platform: str, member: MemberKey) -> None:
        """Neither answer nor record the member from now on, and erase what is kept.

        Raises:
            StoreFailed: the wish was not stored; the member must hear so.
        """
        with self._must_store():
            await self._store.members.set_opted_out(platform, member, True)
        self._learnt.embedding_offsets.invalidate(platform)

    async def opt_in(self, platform: str, member: MemberKey) -> None:
        """Take an opt-out back.

        Raises:
            StoreFailed: the wish was not stored; the member must hear so.
        """
        with self._must_store():
            await self._store.members.set_opted_out(platform, member, False)

    async def consent(self, platform: str, member: MemberKey, version: str | None) -> None:
        """A member agrees to these terms that texts are kept for training; None revokes.

        Raises:
            StoreFailed: the wish was not stored; the member must hear so.
        """
        with self._must_store():
            await self._store.members.set_consent(platform, member, version)
        self._learnt.embedding_offsets.invalidate(platform)

    async def consent_version(self, platform: str, member: MemberKey) -> str | None:
        """The version of the terms to which the member agrees now; None without consent.

        Raises:
            StoreFailed: the store cannot be read.
        """
        with self._must_store():
            return await self._store.members.consent_version(platform, member)

    async def member_data(self, platform: str, member: MemberKey) -> dict[str, object]:
        """Everything kept about a member, as JSON knows it.

        Raises:
            StoreFailed: the store cannot be read.
        """
        with self._must_store():
            return await self._store.members.data(platform, member)

    async def preferences(self, ref: MessageRef) -> Preferences:
        """What the message's community likes, as far as is known.

        Raises:
            StoreFailed: the store cannot be read.
        """
        with self._must_store():
            return await self._learnt.preferences.get(ref)

    async def reset_preferences(self, ref: MessageRef) -> None:
        """Forget what the message's community likes.

        Raises:
            StoreFailed: nothing was forgotten.
        """
        await self._replace_taste(ref, {})

    async def export_preferences(self, ref: MessageRef) -> dict[str, object]:
        """The counts behind the community's taste, as JSON knows them.

        Raises:
            StoreFailed: the store cannot be read.
        """
        now = self._learnt.now()
        with self._must_store():
            return transfer.dump_counts(
                (await self._store.preferences.counts(ref, now)).pending, now
            )

    async def import_preferences(self, ref: MessageRef, document: object) -> None:
        """Let an exported document take the place of the community's counts.

        Raises:
            TasteFileError: it is no such document; nothing was changed.
            StoreFailed: nothing was changed.
        """
        await self._replace_taste(ref, transfer.load_counts(document))

    async def _replace_taste(self, ref: MessageRef, counts: Mapping[str, Counts]) -> None:
        with self._must_store():
            await self._store.preferences.replace_counts(ref, counts, self._learnt.now())
        self._learnt.preferences.invalidate(ref)

    @contextmanager
    def _must_store(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._failed("store", error)
            raise StoreFailed("this could not be stored; please try again later") from None
