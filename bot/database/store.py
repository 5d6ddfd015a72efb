"""The ``Store`` of the core on SQLite or PostgreSQL."""

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.chat_settings.schema import ChatSettings
from bot.database.admin_notices import AdminNoticeStore
from bot.database.application_emojis import ApplicationEmojiStore
from bot.database.chat_settings import SqlChatSettingStore
from bot.database.feedback import SqlFeedbackStore
from bot.database.members import SqlMemberStore
from bot.database.outcomes import SqlOutcomeStore
from bot.database.preferences.consented_texts import SqlConsentedTextStore
from bot.database.preferences.recording import PreferenceRecording
from bot.database.preferences.totals import PreferenceTotals
from bot.database.preferences.unprompted import SqlUnpromptedStore
from bot.database.preferences.votes import VoteHistory
from bot.database.related_events import RelatedEventStore
from bot.database.rules import SqlRuleStore
from bot.database.shard_leases import ShardLeaseStore
from bot.database.sync_positions import SyncPositionStore
from bot.database.transaction import Database
from bot.database.update_claims import UpdateClaimStore


class SqlStore:
    """The parts of ``bot.core.ports.Store``, and those that adapters use themselves.

    Every method of a part is one transaction, and raises ``StoreFailed`` if the database fails.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        defaults: ChatSettings | None = None,
        terms: str | None = None,
    ) -> None:
        """Use an open database.

        ``defaults`` hold if a community has not chosen. With ``terms``, a consent counts for new
        texts only if it was given to that version of them.
        """
        database = Database(engine)
        totals = PreferenceTotals(database)
        self.votes = VoteHistory(database)
        recording = PreferenceRecording(totals, self.votes)
        self.chat_settings = SqlChatSettingStore(database, defaults or ChatSettings())
        self.rules = SqlRuleStore(database)
        self.members = SqlMemberStore(database, self.chat_settings, recording)
        self.outcomes = SqlOutcomeStore(database, recording, terms)
        self.feedback = SqlFeedbackStore(database, recording)
        self.preferences = totals
        self.unprompted = SqlUnpromptedStore(database, totals)
        self.consented_texts = SqlConsentedTextStore(database)
        self.admin_notices = AdminNoticeStore(database)
        self.update_claims = UpdateClaimStore(database)
        self.shard_leases = ShardLeaseStore(database)
        self.related_events = RelatedEventStore(database)
        self.sync_positions = SyncPositionStore(database)
        self.application_emojis = ApplicationEmojiStore(database)
