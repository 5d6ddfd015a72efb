"""The bot as a process, with a real homeserver: messages, feedback and commands."""

import json

import pytest

from bot.i18n import TERMS_VERSION, localize
from tests.e2e.matrix_homeserver import key_of
from tests.e2e.matrix_world import World, ask
from tests.e2e.matrix_world import world as world
from tests.e2e.queries import FEEDBACK, OUTCOME

SECRET = "zanzibar"

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_message_is_answered_and_stored_without_its_text(world: World) -> None:
    room = await world.room()
    message = await world.anna.say(room, f"haha, {SECRET}")
    assert [key_of(r) for r in await world.ben.reactions(room, message, world.account.id)] == ["🤣"]
    assert await world.bot.wait_for_rows(OUTCOME, message) == [('["🤣"]', None, None)]
    content = world.bot.files_content()
    assert message.encode() in content
    for absent in (SECRET, world.account.token, world.anna.id):
        assert absent.encode() not in content


async def test_emoji_goes_out_fully_qualified(world: World) -> None:
    room = await world.room()
    message = await world.anna.say(room, "love")
    [reaction] = await world.anna.reactions(room, message, world.account.id)
    assert key_of(reaction) == "\u2764\ufe0f"
    await world.ben.react(room, message, "\u2764\ufe0f")
    assert await world.bot.wait_for_rows(FEEDBACK, message) == [("agree", "\u2764")]


async def test_reactions_and_their_removal_are_feedback(world: World) -> None:
    room = await world.room()
    message = await world.ben.say(room, "haha")
    [shown] = await world.anna.reactions(room, message, world.account.id)
    agreed = await world.ben.react(room, message, "🤣")
    corrected = await world.anna.react(room, message, "🎉")
    given = {("agree", "🤣"), ("correct", "🎉")}
    await world.bot.wait_for_rows(FEEDBACK, message, exactly=given)
    await world.ben.redact(room, agreed)
    await world.bot.wait_for_rows(FEEDBACK, message, exactly={("correct", "🎉")})
    await world.anna.redact(room, corrected)
    await world.anna.redact(room, shown["event_id"])
    await world.bot.wait_for_rows(FEEDBACK, message, exactly={("remove", "🤣")})


async def test_only_addressed_messages_are_answered_at_no_chance(world: World) -> None:
    room = await world.room()
    await world.anna.say(room, "!settings chance 0")
    await world.anna.wait_for(room, lambda event: event["sender"] == world.account.id, others=1)
    ignored = await world.anna.say(room, "haha")
    notice = await world.anna.say(room, f"haha {world.account.id}", msgtype="m.notice")
    mentions = {"m.mentions": {"user_ids": [world.account.id]}}
    mention = await world.anna.say(room, "haha", **mentions)
    edit = {"m.relates_to": {"rel_type": "m.replace", "event_id": ignored}}
    edited = await world.anna.say(room, "* funny", **edit, **mentions)
    last = await world.ben.say(room, f"haha {world.account.id}")
    for answered in (mention, last):
        await world.anna.reactions(room, answered, world.account.id)
    for silent in (ignored, notice, edited):
        assert world.bot.query(OUTCOME, silent) == []


async def test_private_chat_gets_five_emojis_to_press(world: World) -> None:
    room = await world.private_room()
    message = await world.anna.say(room, "haha")
    offer = await world.anna.reply_to(room, message, world.account.id)
    assert offer["content"]["msgtype"] == "m.notice"
    assert "🤣" in offer["content"]["body"]
    await world.anna.wait_for(room, lambda event: event["type"] == "m.reaction", others=4)
    offered = await world.anna.reactions(room, offer["event_id"], world.account.id)
    assert len(offered) == 5
    await world.anna.react(room, offer["event_id"], "🤣")
    pressed = await world.anna.react(room, offer["event_id"], "👎")
    given = {("agree", "🤣"), ("dislike", "")}
    await world.bot.wait_for_rows(FEEDBACK, message, exactly=given)
    await world.anna.redact(room, pressed)
    await world.bot.wait_for_rows(FEEDBACK, message, exactly={("agree", "🤣")})


async def test_commands_answer(world: World) -> None:
    room = await world.room()
    message = await world.ben.say(room, "haha")
    await world.ben.reactions(room, message, world.account.id)
    help_ = await ask(world, room, "!help")
    assert "!emoji – " in help_
    assert "/emoji" not in help_
    assert "🍕" in await ask(world, room, "!emoji pizza")
    about = await world.anna.reply(room, message, "!emoji")
    assert "🤣" in (await world.anna.reply_to(room, about, world.account.id))["content"]["body"]
    why = await world.anna.reply(room, message, "!why")
    explained = (await world.anna.reply_to(room, why, world.account.id))["content"]["body"]
    assert localize("why.shown", "en", emojis="🤣") in explained
    fitting = await world.ben.reply(room, message, "!feedback 🎉")
    thanks = (await world.ben.reply_to(room, fitting, world.account.id))["content"]["body"]
    assert thanks == localize("feedback.correct", "en", emoji="🎉")
    assert "🤣 3/3" in await ask(world, room, "!stats")
    assert "🎉" in await ask(world, room, "!preferences")


async def test_only_admins_change_settings_and_rules(world: World) -> None:
    room = await world.room()
    refused = localize("settings.admins", "en")
    assert await ask(world, room, "!settings language de", world.ben) == refused
    assert await ask(world, room, "!rules add gm ☕", world.ben) == refused
    await ask(world, room, "!rules add gm ☕")
    await ask(world, room, f"!settings member_deny {world.ben.id}")
    denied = await world.ben.say(room, "gm")
    message = await world.anna.say(room, "gm")
    assert [key_of(r) for r in await world.anna.reactions(room, message, world.account.id)] == [
        "☕"
    ]
    assert world.bot.query(OUTCOME, denied) == []
    await ask(world, room, "!settings language de")
    assert await ask(world, room, "!rules remove 2") == "Es gibt keine Regel 2. !rules zeigt alle."
    exported = await world.anna.say(room, "!rules export")
    exported = (await world.anna.reply_to(room, exported, world.account.id))["event_id"]
    await ask(world, room, "!rules remove 1")
    back = await world.anna.reply(room, exported, "!rules import")
    answer = await world.anna.reply_to(room, back, world.account.id)
    assert answer["content"]["body"] == localize("rules.imported", "de", count=1)


async def test_members_see_erase_and_refuse_what_is_kept(world: World) -> None:
    room = await world.private_room()
    message = await world.anna.say(room, "haha")
    await world.anna.reply_to(room, message, world.account.id)
    await world.anna.say(room, "!privacy")
    file = await world.anna.wait_for(
        room, lambda event: event["content"].get("msgtype") == "m.file"
    )
    media = file["content"]["url"].removeprefix("mxc://")
    url = str(world.anna.http.base_url).replace("/v3", "/v1") + f"media/download/{media}"
    data = json.loads((await world.anna.http.get(url)).content)
    assert message in [each["message"] for each in data["messages"]]
    assert "!forget yes" in await ask(world, room, "!forget")
    await ask(world, room, "!forget yes")
    assert world.bot.query(OUTCOME, message) == []
    assert "!personal learn" in await ask(world, room, "!personal")
    terms = await ask(world, room, "!consent")
    assert await ask(world, room, "!consent agree-2020-01") == terms  # of other terms
    assert f"!consent agree-{TERMS_VERSION} –" in terms
    await ask(world, room, f"!consent agree-{TERMS_VERSION}")
    kept = await world.anna.say(room, f"haha {SECRET}")
    await world.anna.reply_to(room, kept, world.account.id)
    text = "select text from prediction where message = ?"
    assert world.bot.query(text, kept) == [(f"haha {SECRET}",)]
    assert await ask(world, room, "!optout") == localize("optout.done", "en").replace("/", "!")
    assert world.bot.query(text, kept) == []
    shared = await world.room()
    silent = await world.anna.say(shared, "haha")
    last = await world.ben.say(shared, "haha")
    await world.ben.reactions(shared, last, world.account.id)
    assert world.bot.query(OUTCOME, silent) == []
    await ask(world, room, "!optin")


async def test_a_deleted_message_is_forgotten(world: World) -> None:
    room = await world.room()
    message = await world.anna.say(room, "haha")
    await world.anna.reactions(room, message, world.account.id)
    await world.anna.redact(room, message)
    await world.bot.wait_for_rows(OUTCOME, message, exactly=[])
