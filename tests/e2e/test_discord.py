"""The bot as a process, with a fake Discord: messages, feedback, refusals."""

import json
import re

import pytest

from bot.adapters.discord.suspension import MAX_REFUSALS
from tests.e2e.conftest import Launcher
from tests.e2e.discord_payloads import ALICE, BOB, BOT, DM, GUILD, OTHER_BOT, THREAD, member, user
from tests.e2e.discord_server import LOST_ANSWER, TOKEN, DiscordServer, Refusal
from tests.e2e.process import BotProcess
from tests.e2e.queries import CHAT, FEEDBACK, FEEDBACK_OF, OUTCOME, RECORDED, REFUSED, SOURCES

SECRET = "zanzibar"


@pytest.fixture
async def bot(launcher: Launcher, discord_server: DiscordServer) -> BotProcess:
    """Give a bot that is connected."""
    process = launcher(discord=discord_server, **{"log.level": "debug"})
    await process.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    return process


def silences(bot: BotProcess) -> list[str]:
    """Return the logged reasons of messages without a reaction, in order."""
    return re.findall(r"no reaction on discord message \w{12}: (\w+)", bot.output)


async def test_message_is_answered_and_stored_without_its_text(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message(f"that was funny {SECRET}")
    (request,) = await discord_server.reaction_requests(message)
    assert (request.method, request.emoji, request.status) == ("PUT", "😂", 204)
    (row,) = await bot.wait_for_rows(OUTCOME, message)
    assert row == ('["😂"]', None, None)
    assert bot.query("select external_id from community") == [(GUILD,)]
    assert await bot.stop() == 0
    assert message.encode() in bot.files_content()
    assert SECRET.encode() not in bot.files_content()
    assert TOKEN.encode() not in bot.files_content()
    assert ALICE.encode() not in bot.files_content()


async def test_emoji_goes_out_fully_qualified(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("love")
    (request,) = await discord_server.reaction_requests(message)
    assert request.emoji == "\u2764\ufe0f"
    await discord_server.react(message, BOB, "\u2764\ufe0f")
    assert await bot.wait_for_rows(FEEDBACK, message) == [("agree", "\u2764")]


async def test_private_message_is_answered(bot: BotProcess, discord_server: DiscordServer) -> None:
    message = await discord_server.send_message("funny", channel=DM)
    await discord_server.reaction_requests(message)
    await discord_server.react(message, ALICE, "😂", channel=DM)
    assert await bot.wait_for_rows(FEEDBACK, message) == [("agree", "😂")]


async def test_thread_is_a_chat_of_its_guild(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny", channel=THREAD)
    await discord_server.reaction_requests(message)
    assert await bot.wait_for_rows(CHAT, message) == [(GUILD, THREAD)]


async def test_chance_does_not_apply_to_mentions(
    launcher: Launcher, discord_server: DiscordServer
) -> None:
    bot = launcher(discord=discord_server, **{"reactions.chance": 0.0})
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    await discord_server.send_message("funny")
    mention = await discord_server.send_message(f"<@{BOT}> funny", mentions=[user(BOT)])
    await discord_server.send_message(f"<@{BOB}> funny", mentions=[user(BOB)])
    private = await discord_server.send_message("funny", channel=DM)
    for message in (mention, private):
        await discord_server.reaction_requests(message)
    assert await bot.stop() == 0
    assert bot.query(RECORDED) == [(mention,), (private,)]


async def test_only_new_messages_by_members_are_answered(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    silent = [
        await discord_server.send_message("funny", author=BOT),
        await discord_server.send_message("funny", author=OTHER_BOT),
        await discord_server.send_message("funny", webhook_id="777"),
        await discord_server.send_message("funny", type=7),
        await discord_server.send_message("  \n"),
        await discord_server.send_message("||funny||"),
        await discord_server.send_message("!play funny"),
        await discord_server.send_message("42"),
    ]
    answered = await discord_server.send_message("funny")
    await discord_server.edit(answered, "party")
    last = await discord_server.send_message("party")
    await discord_server.reaction_requests(last)
    assert await bot.stop() == 0
    asked = [r.path for r in discord_server.requests.entries if "/reactions/" in r.path]
    assert [path for path in asked if any(f"/{each}/" in path for each in silent)] == []
    assert len(asked) == 2
    assert bot.query(RECORDED) == [(answered,), (last,)]
    assert silences(bot) == ["not_by_person"] * 4 + ["no_text"] * 2 + ["irrelevant"] * 2


async def test_reactions_are_feedback_until_removed(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny")
    await discord_server.reaction_requests(message)
    await discord_server.react(message, ALICE, "😂")
    await discord_server.react(message, ALICE, "😂")
    await discord_server.react(message, BOB, "👎")
    await discord_server.react(message, BOB, "🍕")
    await discord_server.react(message, OTHER_BOT, "🔥")
    given = {("agree", "😂"), ("dislike", ""), ("correct", "🍕")}
    assert set(await bot.wait_for_rows(FEEDBACK, message, rows=3)) == given
    await discord_server.unreact(message, ALICE, "😂")
    await discord_server.unreact(message, BOB, "👎")
    assert await bot.wait_for_rows(FEEDBACK, message) == [("correct", "🍕")]
    await discord_server.unreact(message, BOB, "🍕")
    assert await bot.wait_for_rows(FEEDBACK, message, rows=0) == []


async def test_a_burst_reaction_is_told_from_a_reaction_and_counts_once(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny")
    await discord_server.reaction_requests(message)
    await discord_server.react(message, ALICE, "😂")
    await discord_server.react(message, ALICE, "😂", burst=True)
    await discord_server.react(message, BOB, "😂", burst=True)
    both = [("reaction", 1), ("burst", 0)]
    await bot.wait_for_rows(SOURCES, message, exactly=both)
    await discord_server.unreact(message, ALICE, "😂")
    await bot.wait_for_rows(SOURCES, message, exactly=[("burst", 0), ("burst", 0)])
    assert bot.query("select agreed > 1.9 from preference_count where emoji = '😂'") == [(1,)]
    await discord_server.react(message, ALICE, "😂")
    await discord_server.unreact(message, ALICE, "😂", burst=True)
    await bot.wait_for_rows(SOURCES, message, exactly=[("reaction", 0), ("burst", 0)])
    await discord_server.unreact(message, ALICE, "😂")
    await discord_server.unreact(message, BOB, "😂", burst=True)
    assert await bot.wait_for_rows(FEEDBACK, message, rows=0) == []


async def test_a_reaction_removed_at_once_leaves_no_feedback(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny")
    await discord_server.reaction_requests(message)
    for _ in range(20):
        await discord_server.react(message, ALICE, "😂")
        await discord_server.unreact(message, ALICE, "😂")
    await discord_server.react(message, BOB, "😂")
    await bot.wait_for_rows(FEEDBACK, message)
    assert await bot.stop() == 0
    assert bot.query(FEEDBACK, message) == [("agree", "😂")]
    assert bot.query("select count(*) from feedback") == [(1,)]


async def test_a_moderator_removes_the_reaction_of_the_bot(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    removed, cleared, emoji_cleared, other = [
        await discord_server.send_message("funny") for _ in range(4)
    ]
    for message in (removed, cleared, emoji_cleared, other):
        await discord_server.reaction_requests(message)
    await discord_server.clear(other, "🍕")
    await discord_server.unreact(removed, BOT, "😂")
    await discord_server.clear(cleared)
    await discord_server.clear(emoji_cleared, "😂")
    for message in (removed, cleared, emoji_cleared):
        assert await bot.wait_for_rows(FEEDBACK, message) == [("remove", "😂")]
    assert await bot.stop() == 0
    assert bot.query(FEEDBACK, other) == []


async def test_reactions_on_unanswered_messages_are_not_stored(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    silent = await discord_server.send_message("hm")
    answered = await discord_server.send_message("funny")
    await discord_server.reaction_requests(answered)
    for message in ("77777", silent, answered):
        await discord_server.react(message, ALICE, "🔥")
        await discord_server.clear(message)
    assert len(await bot.wait_for_rows(FEEDBACK, answered, rows=2)) == 2
    assert await bot.stop() == 0
    assert bot.query("select count(*) from feedback") == [(2,)]


async def test_feedback_after_a_restart_is_stored(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    message = await discord_server.send_message("funny")
    await discord_server.reaction_requests(message)
    assert await bot.stop() == 0
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready(times=2)
    await discord_server.react(message, ALICE, "😂")
    await discord_server.react(message, BOB, "🔥")
    stored = await bot.wait_for_rows(FEEDBACK, message, rows=2)
    assert set(stored) == {("agree", "😂"), ("correct", "🔥")}


async def test_deleted_messages_are_forgotten(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    kept, single, *many = [await discord_server.send_message("funny") for _ in range(4)]
    for message in (kept, single, *many):
        await discord_server.reaction_requests(message)
    await bot.wait_for_rows(RECORDED, rows=4)
    await discord_server.react(single, ALICE, "😂")
    await bot.wait_for_rows(FEEDBACK, single)
    await discord_server.delete(single)
    await discord_server.delete(*many)
    assert await bot.wait_for_rows(RECORDED) == [(kept,)]
    assert bot.query("select count(*) from feedback") == [(0,)]


async def test_feedback_during_a_reaction_is_stored_in_order(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.accepting_reactions.clear()
    agreed, deleted = [await discord_server.send_message("funny", channel=DM) for _ in range(2)]
    await discord_server.pending_reactions.wait(lambda message: message in (agreed, deleted))
    await discord_server.react(agreed, ALICE, "😂", channel=DM)
    await discord_server.delete(deleted, channel=DM)
    last = await discord_server.send_message("party")
    await discord_server.pending_reactions.wait(lambda message: message == last)
    discord_server.accepting_reactions.set()
    assert await bot.wait_for_rows(FEEDBACK, agreed) == [("agree", "😂")]
    await discord_server.reaction_requests(deleted)
    assert await bot.stop() == 0
    assert bot.query(RECORDED) == [(agreed,), (last,)]


async def test_refusals_are_stored_by_name(bot: BotProcess, discord_server: DiscordServer) -> None:
    expected = {
        Refusal(404, 10003): "chat_gone",
        Refusal(404, 10008): "message_gone",
        Refusal(403, 50001): "forbidden",
        Refusal(403, 50013): "forbidden",
        Refusal(403, 0): "forbidden",
        Refusal(400, 30010): "reactions_full",
        Refusal(400, 50083): "archived_thread",
        Refusal(403, 90001): "blocked",
        Refusal(400, 1): "http_400",
        Refusal(429, 0): "rate_limited",
        Refusal(429, 0, retry_after=900): "rate_limited",
    }
    for refusal, name in expected.items():
        discord_server.refusals.append(refusal)
        message = await discord_server.send_message(
            "funny", author=BOB if name == "blocked" else ALICE
        )
        assert await bot.wait_for_rows(REFUSED, message) == [(name,)]
    await discord_server.reaction_requests(await discord_server.send_message("funny"))


async def test_an_emoji_that_discord_does_not_know_gives_way_to_the_next(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.refusals.append(Refusal(400, 10014))
    first = await discord_server.send_message("funny")
    assert await bot.wait_for_rows(REFUSED, first) == [("unknown_emoji",)]
    second = await discord_server.send_message("funny party")
    (request,) = await discord_server.reaction_requests(second)
    assert request.emoji != "😂"
    assert await bot.stop() == 0
    assert "Discord does not know the emoji 😂" in bot.output


async def test_channel_that_keeps_refusing_is_left_alone_until_permissions_change(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    for _ in range(MAX_REFUSALS):
        discord_server.refusals.append(Refusal(403, 50013))
        await bot.wait_for_rows(REFUSED, await discord_server.send_message("funny"))
    await bot.wait_for_output("reactions are forbidden in channel")  # the row is there before
    await discord_server.send_message("funny")
    elsewhere = await discord_server.send_message("funny", channel=DM)
    await discord_server.reaction_requests(elsewhere)
    asked = discord_server.requests.filter(lambda sent: "/reactions/" in sent.path)
    assert len(asked) == MAX_REFUSALS + 1
    role = discord_server.gateway.guilds[0]["roles"][0]
    await discord_server.gateway.dispatch("GUILD_ROLE_UPDATE", {"guild_id": GUILD, "role": role})
    await discord_server.reaction_requests(await discord_server.send_message("funny"))
    assert await bot.stop() == 0
    assert not discord_server.sent.entries  # the owner asked for no private message
    assert bot.output.count("reactions are forbidden in channel 200 of server 100") == 1
    assert silences(bot) == ["forbidden"] * MAX_REFUSALS + ["suspended"]


async def test_without_the_permission_no_reaction_is_sent(
    launcher: Launcher, discord_server: DiscordServer
) -> None:
    guild = discord_server.gateway.guilds[0]
    guild["members"] = [member(BOT)]
    guild["roles"][0]["permissions"] = str(1 << 10)  # to see channels
    bot = launcher(discord=discord_server)
    await bot.start(DISCORD_TOKEN=TOKEN)
    await discord_server.gateway.ready()
    for _ in range(MAX_REFUSALS):
        await bot.wait_for_rows(REFUSED, await discord_server.send_message("funny"))
    await bot.wait_for_output("reactions are forbidden in channel")
    await bot.wait_for_output("does not let the bot")
    assert "add reactions" in bot.output
    assert "send messages" in bot.output
    assert "client_id=900000000000000900" in bot.output
    assert not discord_server.requests.filter(lambda sent: "/reactions/" in sent.path)


async def test_members_who_blocked_the_bot_get_no_further_reactions(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.refusals.append(Refusal(403, 90001))
    refused = await discord_server.send_message("funny", author=BOB)
    assert await bot.wait_for_rows(REFUSED, refused) == [("blocked",)]
    await discord_server.send_message("funny", author=BOB)
    other = await discord_server.send_message("party")
    await discord_server.reaction_requests(other)
    assert await bot.stop() == 0
    assert silences(bot) == ["blocked"] * 2  # refused, and then left alone
    assert bot.query(RECORDED) == [(refused,), (other,)]


async def test_a_reaction_without_an_answer_is_repeated(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    for status in (0, LOST_ANSWER, 503):
        discord_server.refusals.extend([Refusal(status)] * 3)
        message = await discord_server.send_message("funny")
        requests = await discord_server.reaction_requests(message, count=4)
        assert {request.emoji for request in requests} == {"😂"}
        assert requests[-1].status == 204
        assert await bot.wait_for_rows(OUTCOME, message) == [('["😂"]', None, None)]


async def test_a_rate_limited_reaction_is_repeated(
    bot: BotProcess, discord_server: DiscordServer
) -> None:
    discord_server.refusals.append(Refusal(429, retry_after=0.05))
    message = await discord_server.send_message("funny")
    requests = await discord_server.reaction_requests(message, count=2)
    assert [request.status for request in requests] == [429, 204]
    assert await bot.wait_for_rows(OUTCOME, message) == [('["😂"]', None, None)]


async def test_members_are_stored_as_hashes(bot: BotProcess, discord_server: DiscordServer) -> None:
    message = await discord_server.send_message("funny", mentions=[user(BOT)])
    await discord_server.reaction_requests(message)
    await discord_server.react(message, ALICE, "😂")
    await bot.wait_for_rows(FEEDBACK, message)
    ((author, actor),) = bot.query(FEEDBACK_OF)
    assert author == actor
    assert len(json.dumps(author)) == 34
