"""The connection to a real homeserver: restarts, positions, tokens, a database that is away."""

import json

import pytest

from tests.e2e.matrix_homeserver import key_of
from tests.e2e.matrix_world import World, ask
from tests.e2e.matrix_world import world as world
from tests.e2e.process import store_away
from tests.e2e.queries import FEEDBACK, OUTCOME

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_restart_goes_on_where_it_stopped(world: World) -> None:
    room = await world.room()
    before = await world.anna.say(room, "haha")
    [shown] = await world.anna.reactions(room, before, world.account.id)
    agreed = await world.ben.react(room, before, "🤣")
    await world.bot.wait_for_rows(FEEDBACK, before)
    assert await world.bot.stop() == 0
    while_away = await world.anna.say(room, "funny")
    await world.ben.redact(room, agreed)
    await world.start()
    await world.anna.reactions(room, while_away, world.account.id)
    await world.bot.wait_for_rows(FEEDBACK, before, exactly=[])
    await world.anna.redact(room, shown["event_id"])
    await world.bot.wait_for_rows(FEEDBACK, before, exactly={("remove", "🤣")})
    sent = await world.anna.events(room, world.account.id)
    assert [key_of(e) for e in sent if e["type"] == "m.reaction" and e["content"]] == ["😂"]


async def test_events_that_come_again_are_answered_once(world: World) -> None:
    room = await world.room()
    [(position,)] = world.bot.query("select position from sync_position")
    message = await world.anna.say(room, "haha")
    await world.anna.reactions(room, message, world.account.id)
    await ask(world, room, "!stats")
    assert await world.bot.stop() == 0
    world.set_position(str(position))
    await world.start()
    last = await world.anna.say(room, "haha")
    await world.anna.reactions(room, last, world.account.id)
    sent = await world.anna.events(room, world.account.id)
    kinds = [event["type"] for event in sent if event["type"] != "m.room.member"]
    assert sorted(kinds) == ["m.reaction", "m.reaction", "m.room.message"]


async def test_doctor_asks_about_token_and_rooms(world: World) -> None:
    answered = await world.bot.call("doctor", "--json", MATRIX_TOKEN=world.account.token)
    checks = {check["check"]: check for check in json.loads(answered.out)["checks"]}
    assert checks["matrix.token"]["message"] == f"the bot is {world.account.id}"
    assert "matrix.rooms" in checks
    refused = await world.bot.call("doctor", "--json", MATRIX_TOKEN="wrong")
    checks = {check["check"]: check for check in json.loads(refused.out)["checks"]}
    assert checks["matrix.token"]["status"] == "failed"


async def test_an_unknown_position_is_given_up(world: World) -> None:
    room = await world.room()
    assert await world.bot.stop() == 0
    world.set_position("nonsense")
    await world.start()
    assert "does not know the stored position" in world.bot.output
    message = await world.anna.say(room, "haha")
    await world.anna.reactions(room, message, world.account.id)


async def test_what_comes_while_the_database_is_away_is_answered_afterwards(world: World) -> None:
    room = await world.room()
    with store_away(world.bot, "prediction"):
        message = await world.anna.say(room, "haha")
        await world.bot.wait_for_output("prediction")
    await world.anna.reactions(room, message, world.account.id)
    assert await world.bot.wait_for_rows(OUTCOME, message) == [('["🤣"]', None, None)]


REMEDY = "log in with the bot's account again and copy its access token"


async def test_a_refused_token_ends_the_bot_with_a_remedy(world: World) -> None:
    assert await world.bot.stop() == 0
    await world.bot.start(MATRIX_TOKEN="wrong")
    assert await world.bot.wait() == 1
    assert world.bot.output.count(REMEDY) == 1
    await world.start()


async def test_a_log_out_ends_the_bot_with_a_remedy(world: World) -> None:
    await world.account.call("POST", "/logout")
    assert await world.bot.wait() == 1
    assert world.bot.output.count(REMEDY) == 2
