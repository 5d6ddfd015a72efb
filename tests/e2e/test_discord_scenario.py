"""A thousand messages with lost connections, rate limits and a crash."""

import signal

import pytest

from tests.e2e.conftest import Launcher
from tests.e2e.discord_gateway import RESUME
from tests.e2e.discord_payloads import guild
from tests.e2e.discord_scenario import BATCH_SIZE, CHANNELS, SECRET, Scenario, reactions_by_message
from tests.e2e.discord_server import TOKEN, DiscordServer
from tests.e2e.process import BotProcess

FEEDBACK = (
    "select message, kind, emoji from feedback join prediction on prediction.id = prediction_id"
)
SHOWN = "select message from prediction where shown = '[\"😂\"]'"


async def wait_for_feedback(bot: BotProcess, scenario: Scenario) -> None:
    """Wait until all feedback is stored."""
    await bot.wait_for_rows(FEEDBACK, exactly=scenario.feedback)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_no_feedback_is_lost_or_duplicated(
    launcher: Launcher, discord_server: DiscordServer
) -> None:
    gateway = discord_server.gateway
    gateway.guilds = [guild(channels=CHANNELS)]
    bot = launcher(discord=discord_server, **{"reactions.max_per_minute": 100_000})
    await bot.start(DISCORD_TOKEN=TOKEN)
    await gateway.ready()
    scenario = Scenario(discord_server)
    await scenario.send_and_react(75)
    await gateway.drop()
    await scenario.send_and_react(75)
    await scenario.rate_limit(12)
    await scenario.send_and_react(50)
    await gateway.reconnect()
    await scenario.send_and_react(25)
    await wait_for_feedback(bot, scenario)
    in_flight = await scenario.send_messages(BATCH_SIZE)
    await discord_server.pending_reactions.wait(lambda message: message in in_flight)
    assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
    await bot.start(DISCORD_TOKEN=TOKEN)
    await gateway.ready(times=2)
    for message in in_flight:  # Discord may send them again
        if bot.query("select 1 from prediction where message = ?", message):
            await discord_server.send_message(
                "funny", channel=scenario.channels[message], id=message
            )
    await scenario.send_and_react(100)
    await scenario.rate_limit(12)
    await scenario.send_and_react(75)
    await gateway.invalidate()
    await scenario.send_and_react(75)
    await wait_for_feedback(bot, scenario)
    assert await bot.stop() == 0
    assert len(gateway.received.filter(lambda sent: sent["op"] == RESUME)) == 3
    assert len(scenario.sent) + len(in_flight) == 500
    times = reactions_by_message(discord_server)
    assert {times[message] for message in scenario.sent} == {1}
    # A reaction of a killed process may be set again, with the same result.
    assert {message for message, count in times.items() if count > 1} <= set(in_flight)
    assert max(times.values()) <= 2
    assert set(times) <= {message for (message,) in bot.query(SHOWN)}
    stored = bot.query(FEEDBACK)
    assert len(stored) == len(set(stored))
    assert set(stored) == scenario.feedback
    assert SECRET.encode() not in bot.files_content()
