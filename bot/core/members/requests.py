"""Requests of members about their own data, and of managers about their community's preferences.

Unlike a reaction, a request never fails silently: each raises ``StoreFailed``, and the adapter
reports it to the member.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from bot.core.errors import StoreFailed
from bot.core.events import MemberKey, MessageRef
from bot.core.ports import Store
from bot.core.preferences import transfer
from bot.core.preferences.cache import PreferenceCaches
from bot.core.preferences.counts import Counts
from bot.core.preferences.posterior import Preferences


class MemberRequests:
    """Carries out requests in the store, and invalidates what was derived from it."""

    def __init__(
        self,
        store: Store,
        caches: PreferenceCaches,
        now: Callable[[], datetime],
        wait_for_messages: Callable[[], Awaitable[None]],
        record_failure: Callable[[str, Exception], None],
    ) -> None:
        """``wait_for_messages`` waits for those in flight, so that their rows are erased as well.

        ``record_failure`` takes the name of the failed part and the error.
        """
        self._store = store
        self._caches = caches
        self._now = now
        self._wait_for_messages = wait_for_messages
        self._record_failure = record_failure

    async def forget(self, platform: str, member: MemberKey) -> int:
        """Erase everything kept about a member but an opt-out; return the number of rows.

        Raises:
            StoreFailed: nothing was erased.
        """
        await self._wait_for_messages()
        with self._raising_store_failed():
            erased = await self._store.members.erase(platform, member)
        self._discard_derived(platform, member)
        return erased

    async def opt_out(self, platform: str, member: MemberKey) -> None:
        """Record an opt-out, and erase what is kept about the member.

        Raises:
            StoreFailed: nothing was recorded.
        """
        with self._raising_store_failed():
            await self._store.members.set_opted_out(platform, member, True)
        self._discard_derived(platform, member)

    async def opt_in(self, platform: str, member: MemberKey) -> None:
        """Revoke an opt-out.

        Raises:
            StoreFailed: nothing was revoked.
        """
        with self._raising_store_failed():
            await self._store.members.set_opted_out(platform, member, False)

    async def is_opted_out(self, platform: str, member: MemberKey) -> bool:
        """Return True if the member opted out.

        Raises:
            StoreFailed: the store cannot be read.
        """
        with self._raising_store_failed():
            return await self._store.members.is_opted_out(platform, member)

    async def consent(self, platform: str, member: MemberKey, version: str | None) -> None:
        """Record the consent to this version of the terms; None revokes and erases the texts.

        Raises:
            StoreFailed: nothing was recorded.
        """
        with self._raising_store_failed():
            await self._store.members.set_consent(platform, member, version)
        self._caches.embedding_offsets.invalidate(platform)

    async def consent_version(self, platform: str, member: MemberKey) -> str | None:
        """Return the version of the terms that the member consented to; None without consent.

        Raises:
            StoreFailed: the store cannot be read.
        """
        with self._raising_store_failed():
            return await self._store.members.consent_version(platform, member)

    async def is_personal(self, platform: str, member: MemberKey) -> bool:
        """Return True if the member agreed to preferences of their own.

        Raises:
            StoreFailed: the store cannot be read.
        """
        with self._raising_store_failed():
            return await self._store.members.is_personal(platform, member)

    async def set_personal(self, platform: str, member: MemberKey, agreed: bool) -> None:
        """Record the consent to preferences of the member's own, or delete it.

        Raises:
            StoreFailed: nothing was changed.
        """
        with self._raising_store_failed():
            await self._store.members.set_personal(platform, member, agreed)
        self._caches.personal.discard(platform, member)

    async def member_data(self, platform: str, member: MemberKey) -> dict[str, object]:
        """Return everything kept about a member, as JSON values.

        Raises:
            StoreFailed: the store cannot be read.
        """
        with self._raising_store_failed():
            return await self._store.members.data(platform, member)

    async def preferences(self, ref: MessageRef) -> Preferences:
        """Return the preferences of the message's community.

        Raises:
            StoreFailed: the store cannot be read.
        """
        with self._raising_store_failed():
            return await self._caches.preferences.get(ref)

    async def reset_preferences(self, ref: MessageRef) -> None:
        """Erase the counts of the message's community.

        Raises:
            StoreFailed: nothing was erased.
        """
        await self._replace_counts(ref, {})

    async def export_preferences(self, ref: MessageRef) -> dict[str, object]:
        """Return the counts of the message's community, as JSON values.

        Raises:
            StoreFailed: the store cannot be read.
        """
        now = self._now()
        with self._raising_store_failed():
            counts = await self._store.preferences.counts(ref, now)
        return transfer.dump_counts(counts.pending, now)

    async def import_preferences(self, ref: MessageRef, document: object) -> None:
        """Replace the counts of the message's community by those of an exported document.

        Raises:
            ExportFileError: the document is not an export; nothing was changed.
            StoreFailed: nothing was changed.
        """
        await self._replace_counts(ref, transfer.load_counts(document))

    async def _replace_counts(self, ref: MessageRef, counts: Mapping[str, Counts]) -> None:
        with self._raising_store_failed():
            await self._store.preferences.replace_counts(ref, counts, self._now())
        self._caches.preferences.invalidate(ref)

    def _discard_derived(self, platform: str, member: MemberKey) -> None:
        """Discard what was derived from rows that are erased now."""
        self._caches.embedding_offsets.invalidate(platform)
        self._caches.personal.discard(platform, member)

    @contextmanager
    def _raising_store_failed(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._record_failure("store", error)
            raise StoreFailed("this could not be stored; please try again later") from None
