"""A thousand messages, three drops, two bursts of limits and a crash: nothing lost or doubled."""

import signal

import pytest

from tests.e2e.conftest import Launcher
from tests.e2e.discord_gateway import RESUME
from tests.e2e.discord_payloads import guild
from tests.e2e.discord_scenario import CHANNELS, SECRET, STEP, Evening, answered
from tests.e2e.discord_server import TOKEN, DiscordServer
from tests.e2e.process import BotProcess

FEEDBACK = (
    "select message, kind, emoji from feedback join prediction on prediction.id = prediction_id"
)
SHOWN = "select message from prediction where shown = '[\"😂\"]'"


async def settled(bot: BotProcess, evening: Evening) -> None:
    """Wait until everything that people said is stored."""
    await bot.eventually(FEEDBACK, exactly=evening.feedback)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_an_evening(launcher: Launcher, discord_server: DiscordServer) -> None:
    gateway = discord_server.gateway
    gateway.guilds = [guild(channels=CHANNELS)]
    bot = launcher(discord=discord_server, **{"reactions.max_per_minute": 100_000})
    await bot.start(DISCORD_TOKEN=TOKEN)
    await gateway.ready()
    evening = Evening(discord_server)
    await evening.go_on(150)
    await gateway.drop()
    await evening.go_on(150)
    await evening.limit(12)
    await evening.go_on(100)
    await gateway.reconnect()
    await evening.go_on(75)
    await settled(bot, evening)
    in_flight = await evening.write(STEP)
    await discord_server.waiting.wait(lambda message: message in in_flight)
    assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
    await bot.start(DISCORD_TOKEN=TOKEN)
    await gateway.ready(times=2)
    for message in in_flight:  # Discord may send them again; they are taken
        if bot.query("select 1 from prediction where message = ?", message):
            await discord_server.say("funny", channel=evening.places[message], id=message)
    await evening.go_on(200)
    await evening.limit(12)
    await evening.go_on(150)
    await gateway.invalidate()
    await evening.go_on(150)
    await settled(bot, evening)
    assert await bot.stop() == 0
    assert len(gateway.received.matching(lambda sent: sent["op"] == RESUME)) == 3
    assert len(evening.said) + len(in_flight) == 1000
    times = answered(discord_server)
    assert {times[message] for message in evening.said} == {1}
    assert max(times.values()) == 1
    assert set(times) <= {message for (message,) in bot.query(SHOWN)}
    stored = bot.query(FEEDBACK)
    assert len(stored) == len(set(stored))
    assert set(stored) == evening.feedback
    assert SECRET.encode() not in bot.remains()
