"""The kinds of updates, and the work on each."""

from functools import partial

from telegram import Message, Update

from bot.adapters.telegram import callbacks, events, guests, inline, reactions
from bot.adapters.telegram.admin_notices import AdminNotices
from bot.adapters.telegram.business import BusinessHandler
from bot.adapters.telegram.context import AdapterContext
from bot.adapters.telegram.messages import MessageHandler
from bot.adapters.telegram.work import TaskInput
from bot.config.sections import TelegramSettings
from bot.core.concurrency.ordered_tasks import OrderedTasks

_KINDS = (
    Update.MESSAGE,
    Update.CHANNEL_POST,
    Update.MESSAGE_REACTION,
    Update.MESSAGE_REACTION_COUNT,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.GUEST_MESSAGE,
    Update.MY_CHAT_MEMBER,
)
"""Telegram sends reactions only if they are named here; edits are not handled."""
_BUSINESS_KINDS = (
    Update.BUSINESS_CONNECTION,
    Update.BUSINESS_MESSAGE,
    Update.DELETED_BUSINESS_MESSAGES,
)


def update_kinds(settings: TelegramSettings) -> tuple[str, ...]:
    """Return the kinds of updates that Telegram is to send."""
    return _KINDS + (_BUSINESS_KINDS if settings.business_replies else ())


class Dispatcher:
    """Chooses the work on an update by its kind."""

    def __init__(self, context: AdapterContext, tasks: OrderedTasks) -> None:
        """Put what comes after an update among ``tasks``."""
        self._context = context
        self._notices = AdminNotices(context)
        self._messages = MessageHandler(context, self._notices, tasks)
        self._business = BusinessHandler(context, tasks)

    def work_on(self, update: Update) -> TaskInput | None:
        """Return the work on an update; None if it is not for the bot."""
        context = self._context
        if message := update.message or update.channel_post:
            return self._messages.on_message(message)
        if reaction := update.message_reaction:
            return reactions.on_reaction(context, reaction, update.update_id)
        if counts := update.message_reaction_count:
            return reactions.on_reaction_count(context, counts, update.update_id)
        if member_update := update.my_chat_member:
            language = member_update.from_user.language_code
            arguments = member_update.chat, member_update.new_chat_member, language
            work = partial(self._notices.report_status, *arguments)
            return context.ref(member_update.chat, 0), work
        return self._work_on_query(update) or self._work_on_business(update)

    def cancel_delayed(self) -> None:
        """Drop the messages that wait for the delay of their chat."""
        self._messages.cancel_delayed()
        self._business.cancel_delayed()

    def _work_on_query(self, update: Update) -> TaskInput | None:
        context = self._context
        if query := update.callback_query:
            # Presses of one member stay in order.
            return context.member_ref(query.from_user.id), partial(
                callbacks.handle_callback, context, query, update.update_id
            )
        if inline_query := update.inline_query:
            return context.member_ref(inline_query.from_user.id), partial(
                inline.handle_inline_query, context, inline_query
            )
        if guest_message := update.guest_message:
            return self._on_guest_message(guest_message)
        return None

    def _work_on_business(self, update: Update) -> TaskInput | None:
        if not self._context.services.settings.business_replies:
            return None
        if connection := update.business_connection:
            return self._business.on_connection(connection)
        if message := update.business_message:
            return self._business.on_message(message)
        if deleted := update.deleted_business_messages:
            return self._business.on_deletions(deleted)
        return None

    def _on_guest_message(self, message: Message) -> TaskInput | None:
        author = message.from_user
        if author is None or events.sender_id(message) != str(author.id):
            return None  # a bot or a channel
        work = partial(guests.handle_guest_message, self._context, message, author)
        return self._context.member_ref(author.id), work
