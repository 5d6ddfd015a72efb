"""Updates that come again: after a kill, from a second poller, by a webhook, to two replicas."""

import asyncio
import re

import aiohttp
import pytest

from tests.e2e.conftest import Launcher
from tests.e2e.database import execute, fetch
from tests.e2e.process import BotProcess, store_away
from tests.e2e.queries import FEEDBACK, HANDLED, OUTCOME, RECORDED
from tests.e2e.telegram_calls import LOST_ANSWER, Refusal
from tests.e2e.telegram_payloads import ALICE, BOB, PRIVATE, TOKEN
from tests.e2e.telegram_server import TelegramServer

LISTENS = "its webhook listens on "
SECRET = "0123456789abcdef"
URL = "https://example.org/telegram"
FEEDBACKS = "select count(*) from feedback"


async def test_updates_survive_a_kill_and_repeated_ones_have_no_effect(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    first = telegram_server.send_message("haha")
    await telegram_server.reaction_calls(first)
    telegram_server.accepting_reactions.clear()
    cut = [telegram_server.send_message("haha") for _ in range(3)]
    await telegram_server.pending_reactions.wait(lambda message: message in cut, count=3)
    telegram_server.react(first, BOB, [], ["🎉"])
    await bot.kill()
    telegram_server.accepting_reactions.set()
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    for message in cut:
        (call,) = await telegram_server.reaction_calls(message)
        assert call.emojis == ["🤣"]
    assert await bot.wait_for_rows(FEEDBACK, str(first)) == [("correct", "🎉")]
    telegram_server.react(first, BOB, ["🎉"], [])
    await bot.wait_for_rows(FEEDBACK, str(first), rows=0)
    telegram_server.repeats = list(range(1, telegram_server.last_update + 1))
    last = telegram_server.send_message("party")
    await telegram_server.reaction_calls(last)
    await telegram_server.confirmed()
    assert await bot.stop() == 0
    reacted = telegram_server.calls.filter(lambda call: call.method == "setmessagereaction")
    assert len(reacted) == 5
    assert bot.query(RECORDED) == [(str(m),) for m in sorted([first, *cut, last])]
    assert bot.query(FEEDBACKS) == [(0,)]
    for message in cut:
        assert bot.query(OUTCOME, str(message)) == [('["🤣"]', None, None)]


async def test_a_reaction_is_set_again_only_until_its_update_is_recorded_as_handled(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    telegram_server.accepting_reactions.clear()
    message = telegram_server.send_message("haha")
    await telegram_server.pending_reactions.wait(lambda pending: pending == message)
    with store_away(bot, "update_claim"):
        telegram_server.accepting_reactions.set()
        await telegram_server.reaction_calls(message)
        await bot.wait_for_output("the store failed")
        await bot.kill()
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    await bot.wait_for_rows(HANDLED, telegram_server.last_update)
    telegram_server.repeats = [telegram_server.last_update]
    await telegram_server.reaction_calls(telegram_server.send_message("party"))
    await telegram_server.confirmed()
    assert await bot.stop() == 0
    calls = await telegram_server.reaction_calls(message)
    assert [call.emojis for call in calls] == [["🤣"]] * 2
    assert bot.query(OUTCOME, str(message)) == [('["🤣"]', None, None)]


async def test_an_update_is_handled_once_telegram_answers_to_its_reaction(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    telegram_server.answering_members.clear()
    message = telegram_server.send_message("haha")
    await telegram_server.reaction_calls(message)
    await bot.wait_for_rows(HANDLED, telegram_server.last_update)
    telegram_server.answering_members.set()
    await telegram_server.wait_for_calls("getChatMember")  # it was not given up meanwhile
    telegram_server.refusals += [Refusal("setMessageReaction", LOST_ANSWER)] * 2
    message = telegram_server.send_message("haha")
    calls = await telegram_server.reaction_calls(message, 3)
    assert [(call.status, call.emojis) for call in calls] == [
        (LOST_ANSWER, ["🤣"]),
        (LOST_ANSWER, ["🤣"]),
        (200, ["🤣"]),
    ]
    assert await bot.wait_for_rows(OUTCOME, str(message)) == [('["🤣"]', None, None)]
    assert await bot.stop() == 0


async def test_a_reply_is_sent_once(launcher: Launcher, telegram_server: TelegramServer) -> None:
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    message = telegram_server.send_message("haha", chat_id=PRIVATE)
    await telegram_server.replies_to(message)
    await bot.kill()
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    telegram_server.repeats = [telegram_server.last_update]
    await telegram_server.replies_to(telegram_server.send_message("party", chat_id=PRIVATE))
    assert await bot.stop() == 0
    assert len(await telegram_server.replies_to(message)) == 1


async def test_old_messages_are_not_answered(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server)
    old = telegram_server.send_message("haha", date=1_700_000_000)
    asked = telegram_server.send_message("haha", chat_id=PRIVATE, date=1_700_000_000)
    new = telegram_server.send_message("haha")
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    await telegram_server.reaction_calls(new)
    await telegram_server.replies_to(asked)
    assert await bot.stop() == 0
    assert str(old) not in [row[0] for row in bot.query(RECORDED)]


async def replica(
    launcher: Launcher, server: TelegramServer, number: int, **settings: object
) -> tuple[BotProcess, str]:
    """A process that listens, and where; all share one database."""
    given = {"telegram.webhook_url": URL, "telegram.webhook_listen": "127.0.0.1:0"}
    bot = launcher(telegram=server, **given, **settings)
    await bot.start(TELEGRAM_TOKEN=TOKEN, EMOJI_REACTOR_SECRET=SECRET)
    await server.wait_for_calls("setWebhook", count=number)
    await bot.wait_for_outputs(LISTENS, number)
    port = re.findall(rf"{LISTENS}127.0.0.1:(\d+)", bot.output)[-1]
    return bot, f"http://127.0.0.1:{port}/telegram"


async def test_replicas_behind_a_webhook_handle_each_update_once(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    one, here = await replica(launcher, telegram_server, 1)
    two, there = await replica(launcher, telegram_server, 2)
    calls = await telegram_server.wait_for_calls("setWebhook", count=2)
    assert len({call.fields["secret_token"] for call in calls}) == 1
    assert all("message_reaction_count" in call.fields["allowed_updates"] for call in calls)
    message = telegram_server.send_message("haha")
    assert await telegram_server.deliver(telegram_server.last_update, here, secret="wrong") == 403
    assert await telegram_server.deliver(telegram_server.last_update, here) == 200
    assert await telegram_server.deliver(telegram_server.last_update, there) == 200
    await telegram_server.reaction_calls(message)
    for old, new in (([], ["🎉"]), (["🎉"], [])):
        telegram_server.react(message, BOB, old, new)
        assert await telegram_server.deliver(telegram_server.last_update, here) == 200
    assert await telegram_server.deliver(telegram_server.last_update - 1, there) == 200
    assert one.query(FEEDBACKS) == [(0,)]
    messages = [message]
    for _ in range(8):
        messages.append(telegram_server.send_message("party", ALICE))
        both = [telegram_server.deliver(telegram_server.last_update, url) for url in (here, there)]
        assert set(await asyncio.gather(*both)) <= {200, 503}
        assert await telegram_server.deliver(telegram_server.last_update, there) == 200
    for bot in (one, two):
        assert await bot.stop() == 0
    assert one.query(RECORDED) == [(str(each),) for each in messages]
    reacted = telegram_server.calls.filter(lambda call: call.method == "setmessagereaction")
    assert sorted(int(call.fields["message_id"]) for call in reacted) == messages
    assert "Traceback" not in one.output


async def test_other_requests_are_refused_and_a_port_in_use_is_named(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot, here = await replica(launcher, telegram_server, 1)
    number = telegram_server.send_update({"message": {"chat": 7, "text": SECRET}})
    assert await telegram_server.deliver(number, here) == 200  # otherwise it would come for a day
    number = telegram_server.send_update({"update_id": "no number"})
    assert await telegram_server.deliver(number, here) == 400
    port = here.split(":")[2].split("/")[0]
    given = {"telegram.webhook_url": URL, "telegram.webhook_listen": f"127.0.0.1:{port}"}
    other = launcher(telegram=telegram_server, **given)
    await other.start(TELEGRAM_TOKEN=TOKEN, EMOJI_REACTOR_SECRET=SECRET)
    assert await other.wait() == 1
    assert "telegram.webhook_listen: cannot listen on" in other.output
    assert await bot.stop() == 0
    assert "Traceback" not in bot.output
    assert SECRET not in bot.output


async def test_a_quick_removal_is_not_stored_before_its_reaction(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot, here = await replica(launcher, telegram_server, 1)
    message = telegram_server.send_message("haha")
    assert await telegram_server.deliver(telegram_server.last_update, here) == 200
    pairs = []
    for member in range(7_000_000_001, 7_000_000_016):
        telegram_server.react(message, member, [], ["🎉"])
        telegram_server.react(message, member, ["🎉"], [])
        pairs.append((telegram_server.last_update - 1, telegram_server.last_update))
    for pair in pairs:
        both = [telegram_server.deliver(number, here) for number in pair]
        assert await asyncio.gather(*both) == [200, 200]
    assert bot.query(FEEDBACKS) == [(0,)]
    assert await bot.stop() == 0


async def test_two_replicas_take_updates_in_any_order_and_after_a_kill(
    launcher: Launcher, telegram_server: TelegramServer, postgres_url: str
) -> None:
    database = {"database.url": postgres_url}
    one, here = await replica(launcher, telegram_server, 1, **database)
    two, there = await replica(launcher, telegram_server, 2, **database)
    message = telegram_server.send_message("haha")
    assert await telegram_server.deliver(telegram_server.last_update, here) == 200
    for member in range(7_000_000_001, 7_000_000_009):
        telegram_server.react(message, member, [], ["🎉"])
        telegram_server.react(message, member, ["🎉"], [])
        last = telegram_server.last_update
        if member % 2:  # the removal first
            assert await telegram_server.deliver(last, there) == 200
            assert await telegram_server.deliver(last - 1, here) == 200
        else:
            both = [telegram_server.deliver(n, url) for n, url in ((last, there), (last - 1, here))]
            assert await asyncio.gather(*both) == [200, 200]
    telegram_server.react(message, BOB, [], ["🎉"])
    telegram_server.react(message, BOB, ["🎉"], ["🔥"])
    last = telegram_server.last_update
    assert await telegram_server.deliver(last, there) == 200
    assert await telegram_server.deliver(last - 1, here) == 200
    assert await fetch(postgres_url, "select kind, emoji from feedback") == [("correct", "🔥")]

    telegram_server.accepting_reactions.clear()
    cut = telegram_server.send_message("party")
    number = telegram_server.last_update
    delivery = asyncio.create_task(telegram_server.deliver(number, here))
    await telegram_server.pending_reactions.wait(lambda pending: pending == cut)
    await one.kill()
    with pytest.raises(aiohttp.ClientError):
        await delivery
    assert await telegram_server.deliver(number, there) == 503  # for half a minute
    await execute(postgres_url, "update update_claim set claimed_at = '2000-01-01T00:00:00Z'")
    telegram_server.accepting_reactions.set()
    assert await telegram_server.deliver(number, there) == 200
    assert await telegram_server.deliver(number, there) == 200
    (call,) = await telegram_server.reaction_calls(cut)
    assert call.emojis == ["🎉"]
    assert await fetch(postgres_url, "select count(*) from prediction") == [(2,)]
    assert await two.stop() == 0
    assert "Traceback" not in one.output


async def test_a_second_poller_is_logged_and_counted(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    telegram_server.refusals.append(Refusal("getUpdates", 409, "Conflict: terminated by other"))
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert await bot.stop() == 0
    assert "another process polls Telegram" in bot.output
    assert "telegram refused or failed: conflict 1" in bot.output
