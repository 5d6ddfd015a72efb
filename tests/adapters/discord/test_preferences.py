"""A server's taste on Discord: seen by all, reset and moved by who manages the server."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from simcord.actors import MemberActor
from simcord.builders import UserHandle
from simcord.results import InteractionResult

from bot.core.preferences.transfer import MAX_BYTES
from bot.i18n import localize
from tests.adapters.discord.fake_discord import World, world
from tests.adapters.discord.test_commands import buttons, told


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as built:
        yield built


async def press(result: InteractionResult, number: int, somebody: MemberActor | UserHandle) -> str:
    """Press a button of a private answer; what stands there then, without buttons."""
    assert result.response is not None
    asked = result.response.message
    pressed = await somebody.click(asked, custom_id=buttons(result)[number])
    assert buttons(pressed) == []
    assert pressed.response is not None
    return pressed.response.content


async def file_of(result: InteractionResult) -> tuple[str, bytes]:
    assert result.response is not None
    (file,) = result.response.attachments
    return file.filename, await file.read()


async def exported(here: World) -> dict[str, dict[str, dict[str, float]]]:
    """What the owner gets as a file."""
    result = await here.owner.slash(here.channel, "taste export")
    assert told(result) == localize("taste.exported", "en")
    name, written = await file_of(result)
    assert name == "taste.json"
    document: dict[str, dict[str, dict[str, float]]] = json.loads(written)
    return document


async def test_what_is_liked_is_a_picture_for_everybody(here: World) -> None:
    nothing = await here.anna.slash(here.channel, "taste show")
    assert told(nothing) == localize("taste.nothing", "en")
    for _ in range(3):
        message = await here.ben.send(here.channel, "what a day")
        await here.anna.react(message, "👎")
    result = await here.anna.slash(here.channel, "taste show")
    assert "kept: 6" in told(result)
    name, drawn = await file_of(result)
    assert name == "taste.png"
    assert drawn.startswith(b"\x89PNG")
    assert result.response is not None
    (picture,) = result.response.attachments
    assert (picture.description or "").startswith("😂 -")


async def test_counts_are_exported_forgotten_and_imported(here: World) -> None:
    message = await here.ben.send(here.channel, "what a day")
    await here.anna.react(message, "👎")
    kept = await exported(here)
    assert kept["emojis"]["😂"]["removed"] == pytest.approx(1.0)
    asked = await here.owner.slash(here.channel, "taste reset")
    assert told(asked) == localize("taste.ask", "en")
    assert await press(asked, 1, here.owner) == localize("taste.kept", "en")
    assert (await exported(here))["emojis"] == kept["emojis"]
    asked = await here.owner.slash(here.channel, "taste reset")
    assert await press(asked, 0, here.owner) == localize("taste.forgotten", "en")
    assert not any((await exported(here))["emojis"].values())
    file = ("taste.json", json.dumps(kept).encode())
    imported = await here.owner.slash(here.channel, "taste import", file=file)
    assert told(imported) == localize("taste.imported", "en")
    assert (await exported(here))["emojis"]["😂"] == pytest.approx(kept["emojis"]["😂"], rel=1e-3)
    shown = await here.anna.slash(here.channel, "taste show")
    assert (await file_of(shown))[1].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("written", "cause"),
    [
        (b"{", "not JSON"),
        (b"{}", "no exported preferences"),
        (b" " * (MAX_BYTES + 1), "larger than"),
    ],
)
async def test_a_file_that_does_not_work_changes_nothing(
    here: World, written: bytes, cause: str
) -> None:
    await here.ben.send(here.channel, "what a day")
    before = await exported(here)
    result = await here.owner.slash(here.channel, "taste import", file=("taste.json", written))
    assert cause in told(result)
    assert (await exported(here))["emojis"].keys() == before["emojis"].keys() != set()


async def test_only_managers_reset_and_move_it(here: World) -> None:
    message = await here.ben.send(here.channel, "what a day")
    await here.anna.react(message, "👎")
    before = await exported(here)
    for command in ("reset", "export"):
        refused = await here.anna.slash(here.channel, f"taste {command}")
        assert told(refused) == localize("taste.admins", "en")
    empty = {**before, "emojis": {}}
    file = ("taste.json", json.dumps(empty).encode())
    refused = await here.anna.slash(here.channel, "taste import", file=file)
    assert told(refused) == localize("taste.admins", "en")
    assert (await exported(here))["emojis"].keys() == before["emojis"].keys()


async def test_a_private_chat_has_its_own(here: World) -> None:
    anna = here.anna.user
    await anna.send_dm("what a day")
    assert "😂" in json.loads((await file_of(await anna.slash("taste export")))[1])["emojis"]
    assert not any((await exported(here))["emojis"].values())
    asked = await anna.slash("taste reset")
    assert "😂" in json.loads((await file_of(await anna.slash("taste export")))[1])["emojis"]
    assert await press(asked, 0, anna) == localize("taste.forgotten", "en")
    assert "😂" not in json.loads((await file_of(await anna.slash("taste export")))[1])["emojis"]


async def test_what_members_use_themselves_counts_where_the_bot_was_silent(here: World) -> None:
    await here.owner.slash(
        here.channel, "settings set", setting="confidence_threshold", value="99 %"
    )
    message = await here.ben.send(here.channel, "what a day")
    cara = here.guild.add_member(here.env.create_user("cara"))
    for somebody in (here.anna, here.ben, cara):
        await somebody.react(message, "💀")
    known = (await exported(here))["emojis"]
    assert known["💀"]["unprompted"] == pytest.approx(1 / 3, abs=1e-3)
    result = await here.anna.slash(here.channel, "privacy")
    data = json.loads((await file_of(result))[1])
    assert [each["emoji"] for each in data["unprompted_today"]] == ["💀"]
    assert data["feedback"] == []


async def test_an_own_emoji_is_there_at_once_and_gone_with_its_removal(here: World) -> None:
    parrot = ":party_parrot:"
    made = here.guild.create_emoji("party_parrot")
    await here.owner.slash(
        here.channel, "settings set", setting="emoji_allow", value=f"+{parrot} +😂"
    )
    message = await here.ben.send(here.channel, "what a day")
    assert parrot in here.predictor.candidates[-1]
    # What members make of it is learnt like anything else.
    for somebody in (here.anna, here.ben, here.owner):
        await somebody.react(message, f"party_parrot:{made.id}")
    await here.ben.send(here.channel, "what a day")
    assert here.predictor.biases[-1][parrot] > 0
    here.env.backend.delete_emoji(here.guild.id, made.id)
    await here.env.settle()
    await here.ben.send(here.channel, "what a day")
    assert parrot not in here.predictor.candidates[-1]
