"""Shards that processes share out by leases in PostgreSQL, with kills: nothing lost or twice."""

import signal

import discord
import pytest

from tests.e2e.conftest import Launcher
from tests.e2e.database import execute, fetch, wait_for_rows
from tests.e2e.discord_payloads import BOB, BOT, Payload, guild
from tests.e2e.discord_server import TOKEN, DiscordServer
from tests.e2e.process import BotProcess

SECRET = "0123456789abcdef"
SECOND, SECOND_CHANNEL = str(1 << 22), "333"
"""A server of shard 1 and its channel; the first one is of shard 0."""
RECORDED = "select message, shown from prediction order by message"
FEEDBACK = (
    "select kind, emoji, message from feedback join prediction on prediction.id = prediction_id"
)
EXPIRE = "update shard_lease set expires_at = acquired_at where shard = :shard"
NOTED = "select shard from shard_lease where json_typeof(session) = 'object'"
RUNS = "this process runs shard"


class Shards:
    """Processes that share a database, and the servers of two shards."""

    def __init__(self, launcher: Launcher, server: DiscordServer, url: str) -> None:
        self.server, self.url, self._launcher = server, url, launcher
        server.max_concurrency = 16
        server.next_id = discord.utils.time_snowflake(discord.utils.utcnow())
        server.gateway.guilds.append(guild(SECOND, [SECOND_CHANNEL]))

    async def start(self, max_shards: int, **settings: object) -> BotProcess:
        """Start a process."""
        given = {"discord.shard_count": 2, "discord.max_shards": max_shards, **settings}
        bot = self._launcher(discord=self.server, **given, **{"database.url": self.url})
        await bot.start(DISCORD_TOKEN=TOKEN, EMOJI_REACTOR_SECRET=SECRET)
        return bot

    async def say(self, text: str, shard: int = 0) -> str:
        """Write a message in the server of a shard."""
        if shard:
            return await self.server.send_message(text, channel=SECOND_CHANNEL, guild_id=SECOND)
        return await self.server.send_message(text)

    async def noted(self, count: int) -> None:
        """Wait until so many sessions are stored, from which another process could go on."""
        await wait_for_rows(self.url, NOTED, count)

    async def replies_to(self, message: str) -> list[Payload]:
        """Wait for a reply to a message; return all of them."""
        return await self.server.sent.wait(
            lambda sent: sent["message_reference"]["message_id"] == message
        )

    async def expire(self, shard: int) -> None:
        """Let the lease of a shard end now; tests do not wait for it."""
        await execute(self.url, EXPIRE, shard=shard)


@pytest.fixture
def shards(launcher: Launcher, discord_server: DiscordServer, postgres_url: str) -> Shards:
    return Shards(launcher, discord_server, postgres_url)


@pytest.mark.slow
async def test_another_process_takes_up_what_one_leaves(shards: Shards) -> None:
    server = shards.server
    one = await shards.start(max_shards=1)
    await one.wait_for_outputs(RUNS, 1)
    two = await shards.start(max_shards=2)
    await server.gateway.ready(times=2)
    first, elsewhere = await shards.say("haha"), await shards.say("party", 1)
    for message in (first, elsewhere):
        await server.reaction_requests(message)
    await shards.noted(2)

    server.accepting_reactions.clear()
    cut = await shards.say("funny")
    await server.pending_reactions.wait(lambda message: message == cut)
    await one.kill()
    missed = await shards.say("pizza")
    await server.react(first, BOB, "🎉")
    server.accepting_reactions.set()
    await shards.expire(0)
    for message in (cut, missed):
        await server.reaction_requests(message)
    await two.wait_for_output("the former session is caught up")

    standby = await shards.start(max_shards=2, **{"reactions.mode": "reply"})
    server.accepting_reactions.clear()
    late = await shards.say("funny", 1)
    await server.pending_reactions.wait(lambda message: message == late)
    two.send_signal(signal.SIGTERM)
    await two.wait_for_output("finishing")
    between = await shards.say("party", 1)
    server.accepting_reactions.set()
    assert await two.wait() == 0
    await shards.replies_to(between)

    server.accepting_reactions.clear()  # the answer to the call that sends the reply waits
    replied = await shards.say("haha")
    await shards.replies_to(replied)
    await standby.kill()
    server.accepting_reactions.set()
    last = await shards.start(max_shards=2, **{"reactions.mode": "reply"})
    await shards.expire(0)
    unheard = await shards.say("pizza")
    await shards.replies_to(unheard)
    assert await last.stop() == 0

    recorded = await fetch(shards.url, RECORDED)
    messages = [first, elsewhere, cut, missed, late, between, replied, unheard]
    assert [message for message, _ in recorded] == sorted(messages)
    for number, message in enumerate(messages[:5]):
        own = [emoji for author, emoji in set(server.reactions[message]) if author == BOT]
        assert (message, own) == recorded[number]
    for message in (between, replied, unheard):
        assert len(await shards.replies_to(message)) == 1
    assert await fetch(shards.url, FEEDBACK) == [("correct", "🎉", first)]
    assert "Traceback" not in one.output
    assert TOKEN not in one.output
