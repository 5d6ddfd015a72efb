"""Private chats of business accounts that connected the bot."""

import json

import pytest

from bot.i18n import localize
from tests.e2e.conftest import Launcher
from tests.e2e.process import BotProcess
from tests.e2e.queries import FEEDBACK, OUTCOME, REFUSED
from tests.e2e.telegram_calls import Call
from tests.e2e.telegram_payloads import ALICE, BOB, OTHER_BOT, TOKEN, user
from tests.e2e.telegram_server import TelegramServer

SECRET = "zanzibar"
WORK = "work-connection"


@pytest.fixture
async def bot(launcher: Launcher, telegram_server: TelegramServer) -> BotProcess:
    """Give a bot that answers for business accounts."""
    settings = {"telegram.business_replies": True, "log.level": "debug"}
    process = launcher(telegram=telegram_server, **settings)
    await process.start(TELEGRAM_TOKEN=TOKEN)
    await telegram_server.polling()
    return process


async def answer_to(server: TelegramServer, message: int) -> Call:
    """Wait for the answer to a message."""
    (call,) = await server.replies_to(message)
    return call


async def test_an_emoji_answers_in_the_name_of_the_account(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.connect_business(WORK)
    (notice,) = await telegram_server.wait_for_calls("sendMessage", chat_id=ALICE)
    assert notice.text == localize("notice.business", "en")
    message = telegram_server.write_to_business(WORK, f"haha {SECRET}")
    call = await answer_to(telegram_server, message)
    assert (call.text, call.status) == ("🤣", 200)
    assert (call.fields["chat_id"], call.fields["business_connection_id"]) == (str(BOB), WORK)
    assert not call.buttons
    assert await bot.wait_for_rows(OUTCOME, str(message)) == [('["🤣"]', None, None)]
    # Neither the account's own words, nor commands, bots and numbers, nor what the bot said.
    telegram_server.write_to_business(WORK, "haha", author=ALICE)
    telegram_server.write_to_business(WORK, "haha", author=ALICE, sender_business_bot=user(1))
    telegram_server.write_to_business(WORK, "haha", author=OTHER_BOT)
    telegram_server.write_to_business(WORK, "1, 2, 3")
    command = {"type": "bot_command", "offset": 0, "length": 6}
    telegram_server.write_to_business(WORK, "/start haha", entities=[command])
    last = telegram_server.write_to_business(WORK, "party")
    assert (await answer_to(telegram_server, last)).text == "🎉"
    sent = telegram_server.calls.filter(lambda call: "business_connection_id" in call.fields)
    assert [call.text for call in sent if call.method == "sendmessage"] == ["🤣", "🎉"]
    telegram_server.connect_business(WORK)
    await telegram_server.confirmed()
    assert len(telegram_server.calls.filter(lambda call: call.text == notice.text)) == 1
    assert await bot.stop() == 0
    for told in (SECRET, str(ALICE), str(BOB), WORK):
        assert told.encode() not in bot.files_content()


async def test_deletions_remove_rows_or_are_feedback(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.connect_business(WORK)
    first, second = (telegram_server.write_to_business(WORK, "haha") for _ in range(2))
    for message in (first, second):
        await answer_to(telegram_server, message)
    ((event,),) = await bot.wait_for_rows(
        "select event from related_event join prediction on prediction.id = prediction_id"
        " where message = ?",
        str(second),
    )
    telegram_server.delete_from_business(WORK, [first, int(str(event))])
    assert await bot.wait_for_rows(FEEDBACK, str(second)) == [("remove", "🤣")]
    assert bot.query("select message from prediction") == [(str(second),)]


async def test_the_owner_says_when_and_everybody_may_opt_out(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.connect_business(WORK)
    await answer_to(telegram_server, telegram_server.write_to_business(WORK, "haha"))

    async def give(command: str, author: int) -> None:
        sent = telegram_server.send_message(command, author, chat_id=author)
        await telegram_server.replies_to(sent)

    async def is_answered() -> bool:
        message = telegram_server.write_to_business(WORK, "haha")
        await telegram_server.confirmed()
        answers = [
            json.loads(call.fields["reply_parameters"])["message_id"]
            for call in telegram_server.calls.filter(lambda call: call.method == "sendmessage")
            if "reply_parameters" in call.fields
        ]
        return message in answers

    assert await is_answered()
    await give("/settings enabled off", ALICE)
    assert not await is_answered()
    await give("/settings enabled on", ALICE)
    for member in (ALICE, BOB):
        await give("/optout", member)
        assert not await is_answered()
        await give("/optin", member)
    assert await is_answered()
    await give("/settings mode reply", ALICE)
    message = telegram_server.write_to_business(WORK, "haha")
    assert await bot.wait_for_rows(REFUSED, str(message)) == [("no_buttons",)]


async def test_nothing_is_sent_without_the_right_to_reply(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.connect_business(WORK, can_reply=False)
    (notice,) = await telegram_server.wait_for_calls("sendMessage", chat_id=ALICE)
    assert notice.text == localize("notice.business_no_reply", "en")
    telegram_server.write_to_business(WORK, "haha")
    await telegram_server.confirmed()
    telegram_server.connect_business(WORK)
    await answer_to(telegram_server, telegram_server.write_to_business(WORK, "haha"))
    telegram_server.connect_business(WORK, enabled=False)
    await telegram_server.confirmed()
    telegram_server.write_to_business(WORK, "haha")
    telegram_server.write_to_business("unknown", "haha")
    await telegram_server.confirmed()
    assert len(bot.query("select message from prediction")) == 1


async def test_the_rights_are_asked_for_after_a_restart(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.connect_business(WORK)
    await answer_to(telegram_server, telegram_server.write_to_business(WORK, "haha"))
    assert await bot.stop() == 0
    telegram_server.connections[WORK]["rights"] = {"can_reply": False}
    silent = telegram_server.write_to_business(WORK, "haha")
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    await telegram_server.wait_for_calls("getBusinessConnection", business_connection_id=WORK)
    await telegram_server.confirmed()
    assert bot.query(OUTCOME, str(silent)) == []


async def test_business_accounts_are_left_alone_unless_the_operator_wants_them(
    telegram_bot: BotProcess, telegram_server: TelegramServer
) -> None:
    assert not [kind for kind in telegram_server.subscribed if "business" in kind]
    telegram_server.connect_business(WORK)
    telegram_server.write_to_business(WORK, "haha")
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert await telegram_bot.stop() == 0
    assert not telegram_server.calls.filter(lambda call: call.method == "sendmessage")
