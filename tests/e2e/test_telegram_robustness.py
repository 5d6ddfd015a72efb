"""Telegram's odd sides: updates of any shape, other numbers, other clocks, a store that is away."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from bot.adapters.telegram.dispatch import update_kinds
from bot.config.sections import TelegramSettings
from bot.i18n import localize
from tests.e2e.conftest import Launcher
from tests.e2e.process import BotProcess, store_away
from tests.e2e.queries import FEEDBACK, OUTCOME, RECORDED, REFUSED
from tests.e2e.telegram_calls import Refusal
from tests.e2e.telegram_payloads import ALICE, BOB, GROUP, PRIVATE, TOKEN, chat, now, user
from tests.e2e.telegram_server import TelegramServer

SECRET = "zanzibar"
POLL = {"id": "1", "question": SECRET, "options": [], "total_voter_count": 0, "is_closed": False}


@pytest.fixture
async def bot(launcher: Launcher, telegram_server: TelegramServer) -> BotProcess:
    process = launcher(telegram=telegram_server, **{"telegram.business_replies": True})
    await process.start(TELEGRAM_TOKEN=TOKEN)
    await telegram_server.polling()
    return process


def message(**changes: object) -> dict[str, Any]:
    """Return an update with a message."""
    sent = {"message_id": 7, "date": now(), "chat": chat(GROUP), "from": user(ALICE)}
    return {"message": sent | {"text": SECRET} | changes}


ODD_UPDATES: dict[str, dict[str, Any]] = {
    "a poll of an older server": message(poll=POLL),
    "a date far away": message(date=10**18),
    "a date as text": message(date="tomorrow"),
    "no chat": {"message": {"message_id": 7, "date": 1, "text": SECRET}},
    "a chat as a number": message(chat=7),
    "a text as a list": message(text=[SECRET]),
    "a message as text": {"message": SECRET},
    "no message": {"message": None},
    "an id as text": message(message_id=SECRET),
    "lone surrogates": message(text=f"\ud83d{SECRET}\udc00", entities=[{"type": 5}]),
    "a NUL": message(text=f"\x00{SECRET}"),
    "a reaction without a chat": {"message_reaction": {"message_id": 7}},
    "a press without a sender": {"callback_query": {"id": "1", "data": SECRET}},
    "a business connection without a user": {"business_connection": {"id": "1"}},
    "deleted messages of no chat": {"deleted_business_messages": {"message_ids": [SECRET]}},
    "another kind": {"something_new": {"text": SECRET}},
}


async def test_unreadable_updates_cost_no_other(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    odd = {telegram_server.send_update(update) for update in ODD_UPDATES.values()}
    telegram_server.send_update({"update_id": "no number", **message()})
    telegram_server.send_update({"update_id": 2**70, **message()})
    (call,) = await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert call.emojis == ["🤣"]
    await telegram_server.reaction_calls(telegram_server.send_message("party"))
    assert await bot.stop() == 0
    assert "update 1 (message) cannot be read and is passed over" in bot.output
    assert "unreadable_update" in bot.output
    assert "Traceback" not in bot.output
    assert SECRET.encode() not in bot.files_content()
    assert len(odd) == len(ODD_UPDATES)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(st.characters(exclude_categories=()), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "text", "type", "emoji", "date", "user"]), inner, max_size=4
        )
    ),
    max_leaves=5,
)
FIELDS = ("message_id", "date", "chat", "from", "text", "entities", "poll", "sender_chat", "quote")
MESSAGES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=3).map(
    lambda changes: message(guest_query_id="1", business_connection_id="1", **changes)["message"]
)
KINDS = update_kinds(TelegramSettings(business_replies=True))
KINDS_OF_MESSAGES = [kind for kind in KINDS if kind.endswith(("message", "post"))]
UPDATES = st.one_of(
    st.dictionaries(st.sampled_from(KINDS_OF_MESSAGES), MESSAGES, min_size=1, max_size=1),
    st.dictionaries(st.sampled_from(KINDS), VALUES, min_size=1, max_size=1),
)


async def test_updates_of_any_shape_cost_no_other(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    samples: list[dict[str, Any]] = []

    @seed(18)
    @settings(max_examples=150, database=None, suppress_health_check=list(HealthCheck))
    @given(UPDATES)
    def collect(update: dict[str, Any]) -> None:
        samples.append(update)

    collect()
    for update in samples:
        telegram_server.send_update(update)
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    await telegram_server.confirmed()
    assert await bot.stop() == 0
    assert "Traceback" not in bot.output
    assert SECRET.encode() not in bot.files_content()


async def test_numbers_that_restart_lower_are_followed(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    for _ in range(5):
        await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    await telegram_server.confirmed()
    telegram_server.renumber()
    polls = len(telegram_server.calls.filter(lambda call: call.method == "getupdates"))
    for _ in range(3):
        sent = telegram_server.send_message("haha")
        await telegram_server.reaction_calls(sent)
        telegram_server.react(sent, BOB, [], ["🤣"])
        await bot.wait_for_rows(FEEDBACK, str(sent))
    again = len(telegram_server.calls.filter(lambda call: call.method == "getupdates"))
    assert again - polls < 20
    assert await bot.stop() == 0


@pytest.mark.parametrize("offset", [-600, 600])
async def test_age_is_told_by_the_clock_of_telegram(
    launcher: Launcher, telegram_server: TelegramServer, offset: int
) -> None:
    telegram_server.clock_offset = offset
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    old = telegram_server.send_message("haha", date=now() + offset - 300)
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert await bot.stop() == 0
    assert bot.query(OUTCOME, str(old)) == []


@pytest.mark.parametrize("tables", [("update_claim",), ("prediction",), ("feedback",)])
async def test_what_arrives_while_the_store_is_away_is_handled_once_afterwards(
    bot: BotProcess, telegram_server: TelegramServer, tables: tuple[str, ...]
) -> None:
    shown = telegram_server.send_message("haha")
    await telegram_server.reaction_calls(shown)
    await telegram_server.confirmed()
    with store_away(bot, *tables):
        telegram_server.react(shown, BOB, [], ["🎉"])
        messages = [telegram_server.send_message("haha") for _ in range(5)]
        await bot.wait_for_output("the store failed")
        first = telegram_server.last_update - 5
        assert not telegram_server.calls.filter(
            lambda call: call.method == "getupdates" and int(call.fields.get("offset", 0)) > first
        )
    assert await bot.wait_for_rows(FEEDBACK, str(shown)) == [("correct", "🎉")]
    for sent in messages:
        await telegram_server.reaction_calls(sent)
        assert await bot.wait_for_rows(OUTCOME, str(sent)) == [('["🤣"]', None, None)]
    await telegram_server.confirmed()
    assert await bot.stop() == 0
    assert len(telegram_server.calls.filter(lambda c: c.method == "setmessagereaction")) == 6


async def test_a_refusal_while_the_store_is_away_is_recorded_afterwards(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.accepting_reactions.clear()
    sent = telegram_server.send_message("haha")
    await telegram_server.pending_reactions.wait(lambda pending: pending == sent)
    telegram_server.refusals.append(
        Refusal("setMessageReaction", 400, "message to react not found")
    )
    with store_away(bot, "prediction"):
        telegram_server.accepting_reactions.set()
        await bot.wait_for_output("the store failed")
    assert await bot.wait_for_rows(REFUSED, str(sent)) == [("message_gone",)]
    await telegram_server.confirmed()
    assert await bot.stop() == 0


async def test_a_press_while_the_store_is_away_is_answered_once_and_counted_once(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    message = telegram_server.send_message("haha", chat_id=PRIVATE)
    (offer,) = await telegram_server.replies_to(message)

    async def answers(press: str) -> list[str]:
        await telegram_server.wait_for_calls("answerCallbackQuery", callback_query_id=press)
        await telegram_server.confirmed()  # no second answer comes after that
        answered = await telegram_server.wait_for_calls(
            "answerCallbackQuery", callback_query_id=press
        )
        return [answer.text for answer in answered]

    with store_away(bot, "feedback"):
        assert await answers(telegram_server.press(offer, "🤣")) == [
            localize("error.not_stored", "en")
        ]
    assert bot.query(FEEDBACK, str(message)) == []
    with store_away(bot, "update_claim"):
        press = telegram_server.press(offer, "🤣")
        await bot.wait_for_output("the store failed, next try")
    agreed = localize("feedback.agree", "en", emoji="🤣")
    assert await answers(press) == [agreed]
    assert await answers(telegram_server.press(offer, "🤣")) == [agreed]
    assert bot.query(f"{FEEDBACK} and vote_weight = 1", str(message)) == [("agree", "🤣")]
    assert await bot.stop() == 0


async def test_a_reaction_is_tried_again_after_a_failure_of_telegram(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    for status in (500, 502, 0):
        telegram_server.refusals.append(Refusal("setMessageReaction", status))
        sent = telegram_server.send_message("haha")
        await telegram_server.calls.wait(
            lambda call, sent=sent: (  # type: ignore[misc]
                call.fields.get("message_id") == str(sent) and call.status == 200
            )
        )
        assert await bot.wait_for_rows(OUTCOME, str(sent)) == [('["🤣"]', None, None)]
    assert await bot.stop() == 0


async def test_nobody_gets_a_reaction_to_what_is_not_said_to_people(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    spoiler = {"type": "spoiler", "offset": 3, "length": 5}
    command = {"type": "bot_command", "offset": 0, "length": 13}
    unwanted = [
        telegram_server.send_message("!haha haha"),
        telegram_server.send_message("42"),
        telegram_server.send_message("🥳 haha", entities=[spoiler]),
        telegram_server.send_message("", caption="/ban@otherbot haha", caption_entities=[command]),
    ]
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    await telegram_server.confirmed()
    assert await bot.stop() == 0
    recorded = {row[0] for row in bot.query(RECORDED)}
    assert not recorded & {str(each) for each in (unwanted[0], unwanted[1], unwanted[3])}


async def test_a_failed_reaction_does_not_start_the_cooldown(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server, **{"reactions.cooldown_seconds": 3600.0})
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    await telegram_server.polling()
    telegram_server.refusals.append(
        Refusal("setMessageReaction", 400, "message to react not found")
    )
    refused = telegram_server.send_message("haha")
    await bot.wait_for_rows(REFUSED, str(refused))
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert await bot.stop() == 0


async def test_a_slow_get_chat_does_not_hold_a_reaction_back(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.answering_chats.clear()
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    telegram_server.answering_chats.set()
    assert await bot.stop() == 0
