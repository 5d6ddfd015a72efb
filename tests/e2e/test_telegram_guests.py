"""Guest messages: mentions of the bot in chats of which it is no member."""

import json

import pytest

from bot.i18n import localize
from tests.e2e.process import BotProcess
from tests.e2e.queries import RECORDED
from tests.e2e.telegram_payloads import (
    ALICE,
    BOB,
    BOT,
    ELSEWHERE,
    OTHER_BOT,
    USERNAME,
    Payload,
    chat,
    user,
)
from tests.e2e.telegram_server import TelegramServer

SECRET = "zanzibar"


async def answer_to(server: TelegramServer, text: str, **changes: object) -> str:
    """Summon the bot; return the text of its answer."""
    query = server.summon(text, **changes)  # type: ignore[arg-type]
    (call,) = await server.wait_for_calls("answerGuestQuery", guest_query_id=query)
    content = json.loads(call.fields["result"])["input_message_content"]
    return str(content["message_text"])


def other_message(text: str, author: int) -> Payload:
    """Describe a message of a chat without the bot."""
    described = {"message_id": 7, "date": 1_700_000_000, "chat": chat(ELSEWHERE), "text": text}
    return described | {"from": user(author)}


async def test_a_guest_offers_emojis_and_stores_nothing(
    telegram_bot: BotProcess, telegram_server: TelegramServer
) -> None:
    assert (await answer_to(telegram_server, f"@{USERNAME} haha {SECRET}")).startswith("🤣")
    replied = other_message(f"party party {SECRET}", BOB)
    mention = f"@{USERNAME.upper()}"
    answer = await answer_to(telegram_server, mention, reply_to_message=replied)
    assert answer.startswith("🎉")
    assert len(answer.split()) == 5
    # What stands beside the mention counts; what the bot wrote does not.
    own = await answer_to(telegram_server, f"haha {mention}", reply_to_message=replied)
    assert own.startswith("🤣")
    usage = localize("emoji.guest_usage", "en", name=f"@{USERNAME}")
    assert await answer_to(telegram_server, mention) == usage
    by_bot = other_message("haha", BOT)
    assert await answer_to(telegram_server, mention, reply_to_message=by_bot) == usage
    assert await telegram_bot.stop() == 0
    assert telegram_bot.query(RECORDED) == []
    for told in (SECRET, str(ALICE), str(BOB), str(ELSEWHERE)):
        assert told.encode() not in telegram_bot.files_content()


@pytest.mark.usefixtures("telegram_bot")
async def test_a_guest_answers_no_bots_and_reads_nobody_who_opted_out(
    telegram_server: TelegramServer,
) -> None:
    optout = telegram_server.send_message("/optout", BOB, chat_id=BOB)
    await telegram_server.replies_to(optout)
    telegram_server.summon("haha", author=OTHER_BOT)
    replied = other_message("haha", BOB)
    refused = await answer_to(telegram_server, f"@{USERNAME}", reply_to_message=replied)
    assert refused == localize("emoji.opted_out", "en")
    # Whoever opted out is answered on request.
    assert (await answer_to(telegram_server, f"@{USERNAME} haha", author=BOB)).startswith("🤣")
    answers = telegram_server.calls.filter(lambda call: call.method == "answerguestquery")
    assert len(answers) == 2
