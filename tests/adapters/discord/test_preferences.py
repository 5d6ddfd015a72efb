"""``/preferences`` on Discord: shown to all, reset and transferred by managers."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from simcord.actors import MemberActor
from simcord.builders import UserHandle
from simcord.results import InteractionResult

from bot.core.export_files import MAX_BYTES
from bot.i18n import localize
from tests.adapters.discord.fake_discord import DiscordWorld, running_world
from tests.adapters.discord.test_commands import buttons, response_text


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[DiscordWorld]:
    async with running_world(tmp_path) as built:
        yield built


async def press(result: InteractionResult, number: int, member: MemberActor | UserHandle) -> str:
    """Press a button of a private response; return the text that replaces it."""
    assert result.response is not None
    confirmation = result.response.message
    pressed = await member.click(confirmation, custom_id=buttons(result)[number])
    assert buttons(pressed) == []
    assert pressed.response is not None
    return pressed.response.content


async def file_of(result: InteractionResult) -> tuple[str, bytes]:
    assert result.response is not None
    (file,) = result.response.attachments
    return file.filename, await file.read()


async def export(server: DiscordWorld) -> dict[str, dict[str, dict[str, float]]]:
    """Return the file that the owner gets."""
    result = await server.owner.slash(server.channel, "preferences export")
    assert response_text(result) == localize("preferences.exported", "en")
    name, content = await file_of(result)
    assert name == "preferences.json"
    document: dict[str, dict[str, dict[str, float]]] = json.loads(content)
    return document


async def test_everyone_sees_the_chart(server: DiscordWorld) -> None:
    empty = await server.anna.slash(server.channel, "preferences show")
    assert response_text(empty) == localize("preferences.nothing", "en")
    for _ in range(3):
        message = await server.ben.send(server.channel, "what a day")
        await server.anna.react(message, "👎")
    result = await server.anna.slash(server.channel, "preferences show")
    assert "kept: 6" in response_text(result)
    name, chart = await file_of(result)
    assert name == "preferences.png"
    assert chart.startswith(b"\x89PNG")
    assert result.response is not None
    (attachment,) = result.response.attachments
    assert (attachment.description or "").startswith("😂 -")


async def test_counts_are_exported_reset_and_imported(server: DiscordWorld) -> None:
    message = await server.ben.send(server.channel, "what a day")
    await server.anna.react(message, "👎")
    before = await export(server)
    assert before["emojis"]["😂"]["removed"] == pytest.approx(1.0)
    confirmation = await server.owner.slash(server.channel, "preferences reset")
    assert response_text(confirmation) == localize("preferences.ask", "en")
    assert await press(confirmation, 1, server.owner) == localize("preferences.kept", "en")
    assert (await export(server))["emojis"] == before["emojis"]
    confirmation = await server.owner.slash(server.channel, "preferences reset")
    assert await press(confirmation, 0, server.owner) == localize("preferences.forgotten", "en")
    assert not any((await export(server))["emojis"].values())
    file = ("preferences.json", json.dumps(before).encode())
    imported = await server.owner.slash(server.channel, "preferences import", file=file)
    assert response_text(imported) == localize("preferences.imported", "en")
    assert (await export(server))["emojis"]["😂"] == pytest.approx(before["emojis"]["😂"], rel=1e-3)
    shown = await server.anna.slash(server.channel, "preferences show")
    assert (await file_of(shown))[1].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"{", "not JSON"),
        (b"{}", "no exported preferences"),
        (b" " * (MAX_BYTES + 1), "larger than"),
    ],
)
async def test_an_invalid_file_changes_nothing(
    server: DiscordWorld, content: bytes, cause: str
) -> None:
    await server.ben.send(server.channel, "what a day")
    before = await export(server)
    result = await server.owner.slash(
        server.channel, "preferences import", file=("preferences.json", content)
    )
    assert cause in response_text(result)
    assert (await export(server))["emojis"].keys() == before["emojis"].keys() != set()


async def test_only_managers_reset_and_transfer_them(server: DiscordWorld) -> None:
    message = await server.ben.send(server.channel, "what a day")
    await server.anna.react(message, "👎")
    before = await export(server)
    for command in ("reset", "export"):
        refused = await server.anna.slash(server.channel, f"preferences {command}")
        assert response_text(refused) == localize("preferences.admins", "en")
    empty = {**before, "emojis": {}}
    file = ("preferences.json", json.dumps(empty).encode())
    refused = await server.anna.slash(server.channel, "preferences import", file=file)
    assert response_text(refused) == localize("preferences.admins", "en")
    assert (await export(server))["emojis"].keys() == before["emojis"].keys()


async def test_a_private_chat_has_its_own_preferences(server: DiscordWorld) -> None:
    anna = server.anna.user
    await anna.send_dm("what a day")
    assert "😂" in json.loads((await file_of(await anna.slash("preferences export")))[1])["emojis"]
    assert not any((await export(server))["emojis"].values())
    confirmation = await anna.slash("preferences reset")
    assert "😂" in json.loads((await file_of(await anna.slash("preferences export")))[1])["emojis"]
    assert await press(confirmation, 0, anna) == localize("preferences.forgotten", "en")
    assert (
        "😂" not in json.loads((await file_of(await anna.slash("preferences export")))[1])["emojis"]
    )


async def test_unprompted_emojis_are_counted(server: DiscordWorld) -> None:
    await server.owner.slash(
        server.channel, "settings set", setting="confidence_threshold", value="99 %"
    )
    message = await server.ben.send(server.channel, "what a day")
    cara = server.guild.add_member(server.env.create_user("cara"))
    for member in (server.anna, server.ben, cara):
        await member.react(message, "💀")
    emojis = (await export(server))["emojis"]
    assert emojis["💀"]["unprompted"] == pytest.approx(1 / 3, abs=1e-3)
    result = await server.anna.slash(server.channel, "privacy")
    data = json.loads((await file_of(result))[1])
    assert [entry["emoji"] for entry in data["unprompted_today"]] == ["💀"]
    assert data["feedback"] == []


async def test_a_custom_emoji_is_a_candidate_until_it_is_deleted(server: DiscordWorld) -> None:
    parrot = ":party_parrot:"
    custom_emoji = server.guild.create_emoji("party_parrot")
    await server.owner.slash(
        server.channel, "settings set", setting="emoji_allow", value=f"+{parrot} +😂"
    )
    message = await server.ben.send(server.channel, "what a day")
    assert parrot in server.predictor.candidates[-1]
    for member in (server.anna, server.ben, server.owner):
        await member.react(message, f"party_parrot:{custom_emoji.id}")
    await server.ben.send(server.channel, "what a day")
    assert server.predictor.biases[-1][parrot] > 0
    server.env.backend.delete_emoji(server.guild.id, custom_emoji.id)
    await server.env.settle()
    await server.ben.send(server.channel, "what a day")
    assert parrot not in server.predictor.candidates[-1]


async def test_emojis_of_other_servers_are_no_choices(server: DiscordWorld) -> None:
    own = server.guild.create_emoji("party_parrot")
    message = await server.ben.send(server.channel, "haha")
    await server.anna.react(message, "my_neighbour_steals:987654321")
    await server.anna.react(message, f"party_parrot:{own.id}")
    result = await server.anna.slash(server.channel, "privacy")
    given = json.loads((await file_of(result))[1])["feedback"]
    assert [entry["emoji"] for entry in given] == [":party_parrot:"]
