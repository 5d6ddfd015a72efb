"""The bot as a process, with a fake Telegram."""

import asyncio
import json
import re
from typing import Any

import pytest

from tests.e2e.conftest import Launcher
from tests.e2e.process import BotProcess
from tests.e2e.queries import FEEDBACK, FEEDBACK_OF, OUTCOME, RECORDED, REFUSED
from tests.e2e.telegram_calls import Call, Refusal
from tests.e2e.telegram_payloads import (
    ALICE,
    BOB,
    BOT,
    GROUP,
    OTHER_BOT,
    PRIVATE,
    TOKEN,
    USERNAME,
    chat,
    user,
)
from tests.e2e.telegram_server import TelegramServer

SECRET = "zanzibar"


@pytest.fixture
def bot(telegram_bot: BotProcess) -> BotProcess:
    """Give a bot that is connected."""
    return telegram_bot


DISLIKED = f"{FEEDBACK} and kind = 'dislike'"


def is_reaction(call: Call) -> bool:
    return call.method == "setmessagereaction"


def is_sticker_request(call: Call) -> bool:
    return call.method == "getcustomemojistickers"


async def test_message_is_answered_and_stored_without_its_text(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    message = telegram_server.send_message(f"haha, {SECRET}")
    (call,) = await telegram_server.reaction_calls(message)
    assert call.emojis == ["🤣"]
    assert await bot.wait_for_rows(OUTCOME, str(message)) == [('["🤣"]', None, None)]
    assert bot.query("select external_id from community") == [(str(GROUP),)]
    assert await bot.stop() == 0
    assert str(message).encode() in bot.files_content()
    assert SECRET.encode() not in bot.files_content()
    assert TOKEN.encode() not in bot.files_content()


async def test_emoji_goes_out_in_its_stored_form(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    message = telegram_server.send_message("love")
    (call,) = await telegram_server.reaction_calls(message)
    assert call.emojis == ["\u2764"]
    telegram_server.react(message, BOB, [], ["\u2764"])
    assert await bot.wait_for_rows(FEEDBACK, str(message)) == [("agree", "\u2764")]


async def test_private_chat_is_answered_and_stored_without_its_member(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    message = telegram_server.send_message("haha", chat_id=PRIVATE)
    (call,) = await telegram_server.replies_to(message)
    assert call.fields["chat_id"] == str(PRIVATE)
    assert [button["text"] for button in call.buttons[:1]] == ["🤣"]
    telegram_server.press(call, "🤣")
    assert await bot.wait_for_rows(FEEDBACK, str(message)) == [("agree", "🤣")]
    telegram_server.press(call, call.buttons[1]["text"])
    telegram_server.press(call, "None fits")
    assert await bot.wait_for_rows(DISLIKED, str(message)) == [("dislike", "")]
    telegram_server.react(message, ALICE, [], ["🎉"], chat_id=PRIVATE)
    given = {("dislike", ""), ("correct", "🎉")}
    assert set(await bot.wait_for_rows(FEEDBACK, str(message), rows=2)) == given
    assert await bot.stop() == 0
    assert str(ALICE).encode() not in bot.files_content()


async def test_a_forged_press_is_not_stored(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    message = telegram_server.send_message("haha", chat_id=PRIVATE)
    (call,) = await telegram_server.replies_to(message)
    for forged in ("my neighbour steals", ":my neighbour steals:", ":neighbour:", "\ud83d\0"):
        press = telegram_server.press_data(call, f"fit:{message}:{forged}")
        await telegram_server.wait_for_calls("answerCallbackQuery", callback_query_id=press)
    telegram_server.press(call, "🤣")
    assert await bot.wait_for_rows(FEEDBACK, str(message)) == [("agree", "🤣")]
    assert b"neighbour" not in bot.files_content()


async def test_chance_does_not_apply_to_addressed_messages(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server, **{"reactions.chance": 0.0})
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    telegram_server.send_message("haha")
    entity = {"type": "mention", "offset": 3, "length": len(USERNAME) + 1}
    # Offsets count UTF-16 units.
    mention = telegram_server.send_message(f"🥳 @{USERNAME.upper()} haha", entities=[entity])
    telegram_server.send_message(f"🥳 @{USERNAME[:-1]}x haha", entities=[entity])
    captioned: dict[str, Any] = {"caption": f"🥳 @{USERNAME} haha", "caption_entities": [entity]}
    caption = telegram_server.send_message("", **captioned)
    original = {"message_id": 7, "date": 1_800_000_000, "chat": chat(GROUP), "from": user(BOT)}
    reply = telegram_server.send_message("haha", reply_to_message=original)
    telegram_server.send_message("haha", reply_to_message=original | {"from": user(BOB)})
    private = telegram_server.send_message("haha", chat_id=PRIVATE)
    for message in (mention, caption, reply):
        await telegram_server.reaction_calls(message)
    await telegram_server.replies_to(private)
    addressed = (mention, caption, reply, private)
    assert await bot.stop() == 0
    assert bot.query(RECORDED) == [(str(message),) for message in addressed]


async def test_only_reactions_that_telegram_allows_are_shown(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    # The best answer, 🍕, is none of the 73, which hold for reactions only.
    group = telegram_server.send_message("pizza pizza party")
    (call,) = await telegram_server.reaction_calls(group)
    assert call.emojis == ["🎉"]
    private = telegram_server.send_message("pizza pizza party", chat_id=PRIVATE)
    (call,) = await telegram_server.replies_to(private)
    assert [button["text"] for button in call.buttons[:2]] == ["🍕", "🎉"]


async def test_only_reactions_that_the_chat_allows_are_shown(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    telegram_server.available_reactions = ["🔥", "👀"]
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    message = telegram_server.send_message("party party fire")
    (call,) = await telegram_server.reaction_calls(message)
    assert (call.emojis, call.status) == (["🔥"], 200)
    again = telegram_server.send_message("party party fire")
    await telegram_server.reaction_calls(again)
    assert len(telegram_server.calls.filter(lambda call: call.method == "getchat")) == 1


async def test_a_custom_emoji_stands_for_one_that_the_chat_does_not_allow(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    # Neither is 🍕 a reaction of Telegram nor 🎉 one of the chat; 🔥 is both.
    pizza, party, fire = "5368324170671200001", "5368324170671200002", "5368324170671200003"
    telegram_server.custom_emojis = {pizza: "🍕", party: "🎉", fire: "🔥"}
    telegram_server.available_reactions = ["🔥", pizza, party, fire]
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    shown = {"pizza": pizza, "party": party, "fire": "🔥"}
    messages = {text: telegram_server.send_message(text) for text in shown}
    for text, message in messages.items():
        (call,) = await telegram_server.reaction_calls(message)
        assert (call.emojis, call.status) == ([shown[text]], 200)
    assert await bot.wait_for_rows(OUTCOME, str(messages["pizza"])) == [('["🍕"]', None, None)]
    telegram_server.react(messages["pizza"], BOB, [], [pizza])
    assert await bot.wait_for_rows(FEEDBACK, str(messages["pizza"])) == [("agree", "🍕")]
    telegram_server.statuses[ALICE] = "creator"
    await telegram_server.replies_to(telegram_server.send_message("/rules add gm 🍕"))
    (call,) = await telegram_server.reaction_calls(telegram_server.send_message("gm"))
    assert call.emojis == [pizza]
    assert len(telegram_server.calls.filter(is_sticker_request)) == 1


async def test_a_refused_custom_emoji_is_not_tried_again(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    pizza, party = "5368324170671200001", "5368324170671200002"
    telegram_server.custom_emojis = {pizza: "🍕", party: "🎉"}
    telegram_server.available_reactions = [pizza, party]
    telegram_server.refusals.append(
        Refusal("setMessageReaction", 400, "Bad Request: REACTION_INVALID")
    )
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    refused = telegram_server.send_message("pizza pizza party")
    await telegram_server.reaction_calls(refused)
    assert await bot.wait_for_rows(REFUSED, str(refused)) == [("reaction_invalid",)]
    (call,) = await telegram_server.reaction_calls(
        telegram_server.send_message("pizza pizza party")
    )
    assert (call.emojis, call.status) == ([party], 200)


async def test_custom_emojis_are_asked_for_again_after_a_failure(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    pizza = "5368324170671200001"
    telegram_server.custom_emojis = {pizza: "🍕"}
    telegram_server.available_reactions = ["🔥", pizza]
    telegram_server.refusals.append(Refusal("getCustomEmojiStickers", 500, "Internal error"))
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    (call,) = await telegram_server.reaction_calls(telegram_server.send_message("fire pizza pizza"))
    assert call.emojis == ["🔥"]
    (call,) = await telegram_server.reaction_calls(telegram_server.send_message("pizza"))
    assert call.emojis == [pizza]


async def test_a_chat_without_reactions_gets_none(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    telegram_server.available_reactions = []
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    telegram_server.send_message("haha")
    private = telegram_server.send_message("haha", chat_id=PRIVATE)
    await telegram_server.replies_to(private)
    assert await bot.stop() == 0
    assert len(telegram_server.calls.filter(is_reaction)) == 0


async def test_changed_reactions_of_a_chat_are_read_again(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    await telegram_server.reaction_calls(telegram_server.send_message("fire"))
    telegram_server.available_reactions = ["👀", "🎉"]
    refused = telegram_server.send_message("fire")
    assert await bot.wait_for_rows(REFUSED, str(refused)) == [("reaction_invalid",)]
    (call,) = await telegram_server.reaction_calls(telegram_server.send_message("party fire"))
    assert call.emojis == ["🎉"]


async def test_only_new_messages_by_members_are_answered(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    answered = telegram_server.send_message("haha")
    command = {"type": "bot_command", "offset": 0, "length": 5}
    telegram_server.send_message("haha", author=OTHER_BOT)
    telegram_server.send_message("haha", via_bot=user(OTHER_BOT))
    telegram_server.send_message("haha", sender_chat={"id": -1002, "type": "channel", "title": "C"})
    telegram_server.send_message("/help haha", entities=[command])
    telegram_server.send_message(" \n ")
    telegram_server.edit(answered, "party")
    last = telegram_server.send_message("party")
    for message in (answered, last):
        await telegram_server.reaction_calls(message)
    assert await bot.stop() == 0
    assert len(telegram_server.calls.filter(is_reaction)) == 2
    assert bot.query(RECORDED) == [(str(answered),), (str(last),)]
    reasons = re.findall(r"no reaction on telegram message \w{12}: (\w+)", bot.output)
    assert reasons == ["not_by_person"] * 3 + ["no_text"]


async def test_questions_of_polls_captions_and_stickers_are_read(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    closed = {"is_closed": False, "is_anonymous": True, "total_voter_count": 0}
    kind = {"type": "regular", "allows_multiple_answers": False, "allows_revoting": True}
    options = [{"text": each, "voter_count": 0, "persistent_id": each} for each in ("sad", "fire")]
    poll = {"id": "1", "question": "party?", "options": options, "members_only": False}
    shape = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
    sticker = {"file_id": "1", "file_unique_id": "1", "type": "regular", "emoji": "🔥"} | shape
    contents: dict[str, dict[str, Any]] = {
        "🎉": {"poll": poll | closed | kind},
        "🤣": {"caption": "haha", "photo": []},
        "🔥": {"sticker": sticker},
    }
    for emoji, content in contents.items():
        message = telegram_server.send_message("", **content)
        (call,) = await telegram_server.reaction_calls(message)
        assert call.emojis == [emoji]


async def test_rich_messages_are_read_without_their_spoilers(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    hidden = {"type": "spoiler", "text": "fire fire fire"}
    bold = {"type": "bold", "text": ["par", {"type": "italic", "text": "ty"}]}
    rich = {"blocks": [{"type": "paragraph", "text": [bold, " ", hidden]}, {"type": "divider"}]}
    message = telegram_server.send_message("", rich_message=rich)
    (call,) = await telegram_server.reaction_calls(message)
    assert call.emojis == ["🎉"]
    replied = {"message_id": message, "date": 1_700_000_000, "chat": chat(GROUP)}
    replied |= {"from": user(BOB), "rich_message": rich}
    reply = telegram_server.send_message("haha", reply_to_message=replied)
    (call,) = await telegram_server.reaction_calls(reply)
    assert call.emojis == ["🤣"]
    asked = telegram_server.send_message("/emoji", reply_to_message=replied)
    (offer,) = await telegram_server.replies_to(asked)
    assert offer.buttons[0]["text"] == "🎉"


async def test_reactions_are_feedback_until_removed(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    message = telegram_server.send_message("haha")
    silent = telegram_server.send_message("hm")
    await telegram_server.reaction_calls(message)
    telegram_server.react(message, ALICE, [], ["🤣"])
    telegram_server.react(message, ALICE, [], ["🤣"])
    telegram_server.react(message, BOB, [], ["👎"])
    telegram_server.react(message, OTHER_BOT, [], ["🔥"])
    telegram_server.react(silent, BOB, [], ["🔥"])
    given = {("agree", "🤣"), ("dislike", "")}
    assert set(await bot.wait_for_rows(FEEDBACK, str(message), rows=2)) == given
    telegram_server.custom_emojis["5368324170671202286"] = "🎉"
    telegram_server.refusals.append(Refusal("getCustomEmojiStickers", 500, "Internal error"))
    telegram_server.react(message, BOB, ["👎"], ["👎", "77"])
    telegram_server.react(message, BOB, ["👎", "77"], ["5368324170671202286", "77"])
    telegram_server.react(message, ALICE, ["🤣"], [])
    await bot.wait_for_rows(f"{FEEDBACK} and kind = 'correct'", str(message))
    assert await bot.wait_for_rows(FEEDBACK, str(message)) == [("correct", "🎉")]
    assert await bot.stop() == 0
    assert bot.query("select count(*) from feedback") == [(1,)]
    assert re.search(r"no feedback recorded on telegram message \w{12}: nothing_shown", bot.output)


async def test_members_are_stored_as_hashes(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    message = telegram_server.send_message("haha")
    await telegram_server.reaction_calls(message)
    telegram_server.react(message, ALICE, [], ["🎉"])
    await bot.wait_for_rows(FEEDBACK, str(message))
    ((author, actor),) = bot.query(FEEDBACK_OF)
    assert author == actor
    assert len(json.dumps(author)) == 34
    assert str(ALICE).encode() not in bot.files_content()


async def test_refusals_are_stored_by_name(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    expected = {
        (403, "Forbidden: bot was kicked from the supergroup chat"): "forbidden",
        (403, "Forbidden: bot was blocked by the user"): "forbidden",
        (400, "Bad Request: not enough rights to react to the message"): "forbidden",
        (400, "Bad Request: CHAT_ADMIN_REQUIRED"): "forbidden",
        (400, "Bad Request: chat not found"): "chat_gone",
        (400, "Bad Request: REACTION_INVALID"): "reaction_invalid",
        (400, "Bad Request: REACTION_EMPTY"): "reaction_invalid",
        (400, "Bad Request: REACTIONS_TOO_MANY"): "reactions_full",
        (400, "Bad Request: message not found"): "message_gone",
        (400, "Bad Request: message to react not found"): "message_gone",
        (400, "Bad Request: MESSAGE_ID_INVALID"): "message_gone",
        (400, "Bad Request: something else"): "http_400",
    }
    for (status, description), name in expected.items():
        telegram_server.refusals.append(Refusal("setMessageReaction", status, description))
        message = str(telegram_server.send_message("haha"))
        assert await bot.wait_for_rows(REFUSED, message) == [(name,)]
    migrated = Refusal("setMessageReaction", 400, "upgraded", migrate_to_chat_id=-1009)
    telegram_server.refusals.append(migrated)
    message = str(telegram_server.send_message("haha"))
    assert await bot.wait_for_rows(REFUSED, message) == [("chat_migrated",)]
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))


@pytest.mark.slow
async def test_a_rate_limited_reaction_is_repeated(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.refusals.append(Refusal("setMessageReaction", 429, "slow", retry_after=1))
    message = telegram_server.send_message("haha")
    calls = await telegram_server.reaction_calls(message, count=2)
    assert [call.status for call in calls] == [429, 200]
    for _ in range(2):
        telegram_server.refusals.append(Refusal("setMessageReaction", 429, "slow", retry_after=1))
    again = telegram_server.send_message("haha")
    assert await bot.wait_for_rows(REFUSED, str(again)) == [("rate_limited",)]


async def test_the_start_waits_for_the_api(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    telegram_server.webhook = "https://example.org/left-behind"
    telegram_server.refusals.append(Refusal("getMe", 502))
    telegram_server.refusals.append(Refusal("deleteWebhook", 0))
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert not telegram_server.refusals
    assert await bot.stop() == 0  # which writes repeats that were held back
    assert bot.output.count("no answer from Telegram") == 2
    assert "Traceback" not in bot.output
    assert TOKEN not in bot.output


async def test_polling_continues_after_failures(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    failures = {
        Refusal(
            "getUpdates", 409, "Conflict: terminated by other getUpdates request"
        ): "another process polls",
        Refusal("getUpdates", 429, "slow", retry_after=1): "",
        Refusal("getUpdates", 502): "no answer from Telegram (network)",
        Refusal("getUpdates", 0): "no answer from Telegram (network)",
    }
    for failure, words in failures.items():
        telegram_server.refusals.append(failure)
        # The poll under way brings the first, the one after the failing one the second.
        for text in ("haha", "party"):
            await telegram_server.reaction_calls(telegram_server.send_message(text))
        assert not telegram_server.refusals
        assert words in bot.output
    assert await bot.stop() == 0  # which writes repeats that were held back
    assert bot.output.count("no answer from Telegram (network)") == 2
    assert "Traceback" not in bot.output
    assert await bot.stop() == 0
    assert len(telegram_server.calls.filter(is_reaction)) == 2 * len(failures)


async def test_it_stops_at_once_while_the_api_is_down(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    await telegram_server.close()
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    await bot.wait_for_output("no answer from Telegram (network)")
    assert await bot.stop() == 0
    assert "Traceback" not in bot.output


async def test_an_unreadable_response_is_not_logged(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    telegram_server.refusals.append(Refusal("getUpdates", 200, f"cut off in {SECRET}"))
    bot = launcher(telegram=telegram_server, **{"log.level": "debug"})
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert "no answer from Telegram" in bot.output
    assert SECRET not in bot.output


async def test_a_refused_token_is_a_one_line_error(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN="1:wrong-token-of-telegram")
    assert await bot.wait() == 1
    assert "Telegram refused the token" in bot.output
    assert "wrong-token-of-telegram" not in bot.output
    assert "Traceback" not in bot.output


async def test_a_revoked_token_is_a_one_line_error(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    telegram_server.refusals.append(Refusal("getUpdates", 401, "Unauthorized"))
    telegram_server.send_message("haha")
    assert await bot.wait() == 1
    assert "Telegram refused the token" in bot.output


async def test_stopping_finishes_and_confirms_accepted_updates(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.accepting_reactions.clear()
    messages = [telegram_server.send_message("haha") for _ in range(3)]
    await telegram_server.pending_reactions.wait(lambda message: message in messages, count=3)
    stopping = asyncio.create_task(bot.stop())
    await bot.wait_for_output("finishing")
    telegram_server.accepting_reactions.set()
    assert await stopping == 0
    await telegram_server.confirmed()
    for message in messages:
        (row,) = bot.query(OUTCOME, str(message))
        assert row[1:] == (None, None)
