"""Rules, lists of members, delays and media on both wires."""

from bot.i18n import localize
from tests.e2e import discord_server as discord
from tests.e2e import telegram_payloads as telegram
from tests.e2e.conftest import Launcher
from tests.e2e.discord_interactions import MANAGE_GUILD
from tests.e2e.discord_payloads import BOB, own_emoji
from tests.e2e.discord_server import DiscordServer
from tests.e2e.telegram_server import TelegramServer
from tests.e2e.test_discord_commands import choose, option
from tests.e2e.test_telegram_commands import give_command, replied_message

BY_RULE = "select shown, rule from prediction where message = ?"
COUNTED = "select * from preference_count where agreed + removed + shown + corrected > 0"


async def test_rules_on_discord(launcher: Launcher, discord_server: DiscordServer) -> None:
    discord_server.gateway.guilds[0]["emojis"] = [own_emoji("4242", "pizza")]
    bot = launcher(discord=discord_server, **{"log.level": "debug"})
    await bot.start(DISCORD_TOKEN=discord.TOKEN)
    await discord_server.gateway.ready()

    async def rules(subcommand: str, *options: dict[str, object]) -> str:
        asked = await discord_server.interactions.slash(
            f"rules {subcommand}", options, permissions=MANAGE_GUILD
        )
        return (await discord_server.interactions.edited(asked)).text

    saved = await rules("add", option("pattern", "/^gm+/"), option("emojis", "<:pizza:4242> 😂"))
    assert "/^gm+/ → <:pizza:4242> 😂" in saved
    assert "missing )" in await rules("add", option("pattern", "/(/"), option("emojis", "😂"))
    greeting = await discord_server.send_message("GMMM party")
    requests = await discord_server.reaction_requests(greeting, 2)
    assert [request.emoji for request in requests] == ["pizza:4242", "😂"]
    await discord_server.react(greeting, BOB, "😂")
    await bot.wait_for_rows("select kind from feedback", exactly=[("agree",)])
    assert bot.query(COUNTED) == []
    why = await discord_server.interactions.slash("why", [option("message", greeting)])
    assert "/^gm+/" in (await discord_server.interactions.edited(why)).text
    sad = await discord_server.send_message("gm heartbroken")
    (request,) = await discord_server.reaction_requests(sad)
    assert request.emoji == "💔"
    assert bot.query(BY_RULE, sad) == [('["💔"]', None)]
    assert await rules("remove", option("number", 1, 4)) == localize(
        "rules.removed", "en", number=1
    )
    assert await rules("list") == localize("rules.none", "en")
    await choose(discord_server, "member_deny", f"<@{BOB}>")
    await choose(discord_server, "delay_seconds", "0.2")
    await discord_server.send_message("funny", author=BOB)
    deleted = await discord_server.send_message("funny")
    await discord_server.delete(deleted)
    poll = {"question": {"text": "party?"}, "answers": [], "allow_multiselect": False}
    asked = await discord_server.send_message(
        "", poll=poll | {"layout_type": 1, "expiry": "2030-01-01T00:00:00+00:00"}
    )
    (request,) = await discord_server.reaction_requests(asked)
    assert request.emoji == "🎉"
    assert await bot.stop() == 0
    recorded = bot.query("select message from prediction order by message")
    assert recorded == [(greeting,), (sad,), (asked,)]
    assert "gm" not in bot.output.casefold()


async def test_rules_on_telegram(launcher: Launcher, telegram_server: TelegramServer) -> None:
    bot = launcher(telegram=telegram_server, **{"log.level": "debug"})
    await bot.start(TELEGRAM_TOKEN=telegram.TOKEN)
    await telegram_server.polling()
    assert (await give_command(telegram_server, "/rules")).text == localize("settings.admins", "en")
    telegram_server.statuses[telegram.ALICE] = "creator"
    saved = await give_command(telegram_server, '/rules add "good gm" 🔥 100 %')
    assert saved.text == localize("rules.added", "en", number=1, rule="good gm → 🔥")
    for bad, key in (("gm 🍕", "emoji"), ("gm 🔥 🎉", "many_emojis"), ("gm", "no_emoji")):
        refused = await give_command(telegram_server, f"/rules add {bad}")
        assert refused.text == localize(f"rules.{key}", "en", emoji="🍕", limit=1)
    for unclear in ("/rules add", "/rules remove", "/rules remove gm"):
        assert (await give_command(telegram_server, unclear)).text == localize("rules.usage", "en")
    caption = telegram_server.send_message("", caption="a GOOD gm!", photo=[])
    (call,) = await telegram_server.reaction_calls(caption)
    assert call.emojis == ["🔥"]
    why = await give_command(telegram_server, "/why", reply_to_message=replied_message(caption))
    assert "good gm" in why.text
    exported = await give_command(telegram_server, "/rules export")
    (page,) = exported.files.values()
    edited = page.replace(b"good gm", b"sad gm").replace("🔥".encode(), "😂".encode())
    for written, expected in ((b"[", "unreadable"), (edited, "bad_entry"), (page, "imported")):
        answers = replied_message(9) | {"document": telegram_server.upload(written)}
        imported = await give_command(telegram_server, "/rules import", reply_to_message=answers)
        text = localize(f"rules.{expected}", "en", number=1, cause="", count=1)
        assert imported.text.startswith(text[:20])
    assert "good gm → 🔥" in (await give_command(telegram_server, "/rules")).text
    for unnamed in ("+", "@bob"):
        refused = await give_command(telegram_server, f"/settings member_deny {unnamed}")
        assert refused.text == localize("settings.name_members", "en", name="member_deny")
    bobs = replied_message(caption, author=telegram.BOB)
    denied = await give_command(telegram_server, "/settings member_deny +", reply_to_message=bobs)
    assert "members: 1" in denied.text
    telegram_server.send_message("party", telegram.BOB)
    await give_command(telegram_server, "/settings delay_seconds 0.1")
    sticker = {"file_id": "1", "file_unique_id": "1", "type": "regular", "emoji": "🎉"}
    shape = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
    party = telegram_server.send_message("", sticker=sticker | shape)
    (call,) = await telegram_server.reaction_calls(party)
    assert call.emojis == ["🎉"]
    assert await bot.stop() == 0
    recorded = bot.query("select message from prediction order by message")
    assert recorded == [(str(caption),), (str(party),)]
    assert "good gm" not in bot.output.casefold()
