"""Ten groups in which calls fail, updates repeat and the process is killed."""

from collections import Counter
from itertools import count

import pytest

from bot.i18n import localize
from tests.e2e.conftest import Launcher
from tests.e2e.process import BotProcess
from tests.e2e.queries import RECORDED
from tests.e2e.telegram_calls import Refusal
from tests.e2e.telegram_payloads import ALICE, BOB, GROUP, TOKEN
from tests.e2e.telegram_server import TelegramServer

GROUPS = [GROUP - number for number in range(10)]
ROUNDS = 14
"""So few that a new process stays within Telegram's calls a minute."""
SECRET, SHARED = "zanzibar", "lagoon"
FEEDBACKS = (
    "select message, kind, emoji from feedback join prediction on prediction.id = prediction_id"
)
FLOOD_LIMIT_SECONDS = 60.0
"""Longest flood limit in seconds."""
KILLS = (5, 10)
FAILURES = {
    3: [Refusal("getUpdates", 409, "Conflict: terminated by other getUpdates request")],
    6: [Refusal("setMessageReaction", 429, "slow", retry_after=1)] * 2,
    7: [Refusal("getUpdates", 502), Refusal("getUpdates", 0)],
    8: [Refusal("setMessageReaction", 502), Refusal("setMessageReaction", 0)],
    9: [Refusal("getUpdates", 429, "slow", retry_after=1)],
    11: [Refusal("getUpdates", 409, "Conflict: terminated by other getUpdates request")],
    12: [Refusal("setMessageReaction", 429, "slow", retry_after=1)] * 2,
}
REPEATS = (4, 8, 13)


class Scenario:
    """Actions of members, and what must be stored at the end."""

    def __init__(self, server: TelegramServer) -> None:
        self.server = server
        self.messages: list[int] = []
        self.feedback: set[tuple[str, str, str]] = set()
        self._turn = count()

    def play_round(self) -> list[int]:
        """Send a message to each group; Bob corrects some, and withdraws some corrections."""
        sent = []
        for group in GROUPS:
            turn = next(self._turn)
            author, word = (ALICE, SHARED) if turn % 4 == 0 else (BOB, SECRET)
            message = self.server.send_message(f"haha {word}", author, group)
            sent.append(message)
            if turn % 3 == 0:
                self.server.react(message, BOB, [], ["🎉"], group)
                self.feedback.add((str(message), "correct", "🎉"))
            if turn % 6 == 0:
                self.server.react(message, BOB, ["🎉"], ["🔥"], group)
                self.feedback.remove((str(message), "correct", "🎉"))
                self.feedback.add((str(message), "correct", "🔥"))
            if turn % 12 == 0:
                self.server.react(message, BOB, ["🔥"], [], group)
                self.feedback.remove((str(message), "correct", "🔥"))
        self.messages += sent
        return sent


async def consent(server: TelegramServer) -> None:
    """Record the consent of Alice."""
    (terms,) = await server.replies_to(server.send_message("/consent"))
    server.press(terms, localize("consent.agree", "en"))
    await server.wait_for_calls("answerCallbackQuery")


async def play(bot: BotProcess, server: TelegramServer) -> tuple[Scenario, set[int]]:
    """Play the scenario; return it, and the messages in flight at a kill."""
    scenario, in_flight = Scenario(server), set[int]()
    for number in range(ROUNDS):
        server.refusals.extend(FAILURES.get(number, ()))
        if number in REPEATS:
            server.repeats = list(range(max(1, server.last_update - 60), server.last_update + 1))
        sent = scenario.play_round()
        if number in KILLS:
            await server.pending_reactions.wait(lambda message, sent=sent: message in sent, 3)  # type: ignore[misc]
            await bot.kill()
            in_flight |= set(sent)
            await bot.start(TELEGRAM_TOKEN=TOKEN)
        await server.confirmed(FLOOD_LIMIT_SECONDS)
    return scenario, in_flight


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_no_feedback_is_lost_or_duplicated(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    bot = launcher(telegram=telegram_server, **{"reactions.max_per_minute": 1000})
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    await consent(telegram_server)
    scenario, in_flight = await play(bot, telegram_server)
    assert await bot.stop() == 0
    assert not telegram_server.refusals
    assert bot.query(RECORDED) == sorted((str(message),) for message in scenario.messages)
    refusals = bot.query("select message, refusal from prediction where shown = '[]'")
    # A request that got a 502 or a reset is repeated; after a second flood limit it would be too
    # late.
    assert {name for _, name in refusals} <= {"rate_limited"}
    assert len(refusals) <= 2
    refused = {str(message) for message, _ in refusals}
    shown = Counter(
        int(call.fields["message_id"])
        for call in telegram_server.calls.filter(lambda c: c.method == "setmessagereaction")
        if call.status == 200
    )
    assert set(shown) | set(map(int, refused)) == set(scenario.messages)
    # A reaction of a killed process may be set again, with the same result.
    assert {message for message, times in shown.items() if times > 1} <= in_flight
    # Feedback on messages on which nothing was shown is not stored.
    expected = {given for given in scenario.feedback if given[0] not in refused}
    assert set(bot.query(FEEDBACKS)) == expected
    assert len(bot.query(FEEDBACKS)) == len(expected)
    assert SECRET.encode() not in bot.files_content()
    assert "Traceback" not in bot.output
    texts = bot.query("select distinct text from prediction where text is not null")
    assert texts == [(f"haha {SHARED}",)]
