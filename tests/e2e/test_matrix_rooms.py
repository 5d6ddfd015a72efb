"""Rooms of a real homeserver: invitations, encryption, power levels, threads."""

import pytest

from bot.i18n import localize
from tests.e2e.matrix_homeserver import MatrixMember
from tests.e2e.matrix_world import World, ask
from tests.e2e.matrix_world import world as world
from tests.e2e.queries import OUTCOME

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_encrypted_rooms_are_told_once(world: World) -> None:
    room = await world.room(encrypted=True)
    for _ in range(2):
        content = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA"}
        await world.anna.send(room, "m.room.encrypted", content)
    await world.anna.wait_for(
        room, lambda event: event["content"].get("body") == localize("notice.encrypted", "en")
    )
    message = await world.anna.say(room, f"haha {world.account.id}")  # comes after both
    await world.anna.reactions(room, message, world.account.id)
    notices = [e for e in await world.anna.events(room, world.account.id) if "body" in e["content"]]
    assert len(notices) == 1


async def test_forbidden_invitations_are_declined(world: World) -> None:
    room = await world.ben.create_room(world.account.id)
    declined = await world.ben.wait_for(
        room,
        lambda event: (
            event.get("state_key") == world.account.id and event["sender"] != world.ben.id
        ),
    )
    assert declined["content"]["membership"] == "leave"


@pytest.mark.parametrize("version", ["10", "12"])
async def test_power_levels_say_who_may_change_settings(world: World, version: str) -> None:
    """In version 12 Anna, who made the room, has every right without a level."""
    room = await world.room(room_version=version)
    refused = localize("settings.admins", "en")

    async def asked(member: MatrixMember) -> bool:
        return await ask(world, room, "!settings chance 1", member) != refused

    assert await asked(world.anna)
    assert not await asked(world.ben)
    await world.set_power(room, world.ben, 50)
    assert await asked(world.ben)
    await world.set_power(room, world.ben, 49)
    assert not await asked(world.ben)


async def test_answers_stay_in_their_thread(world: World) -> None:
    room = await world.room()
    root = await world.ben.say(room, "love")
    thread = {"rel_type": "m.thread", "event_id": root}
    inside = await world.anna.say(room, "haha", **{"m.relates_to": thread})
    await world.anna.reactions(room, inside, world.account.id)
    command = await world.anna.say(room, "!emoji pizza", **{"m.relates_to": thread})
    offer = await world.anna.reply_to(room, command, world.account.id)
    relation = offer["content"]["m.relates_to"]
    assert (relation["rel_type"], relation["event_id"]) == ("m.thread", root)


async def test_stickers_and_captions_are_read_and_file_names_are_not(world: World) -> None:
    room = await world.room()
    picture = {"url": "mxc://localhost/none", "info": {}}
    unread = await world.anna.say(room, "pizza.png", msgtype="m.image", **picture)
    captioned = await world.anna.say(
        room, "pizza", msgtype="m.image", filename="cat.png", **picture
    )
    sticker = await world.anna.send(room, "m.sticker", {"body": "pizza", **picture})
    for read in (captioned, sticker):
        await world.anna.reactions(room, read, world.account.id)
    assert world.bot.query(OUTCOME, unread) == []


async def test_a_message_deleted_within_its_delay_is_not_answered(world: World) -> None:
    room = await world.room()
    await ask(world, room, "!settings delay_seconds 1")
    deleted = await world.anna.say(room, "haha")
    await world.anna.redact(room, deleted)
    last = await world.anna.say(room, "haha")
    await world.anna.reactions(room, last, world.account.id)
    assert world.bot.query(OUTCOME, deleted) == []
