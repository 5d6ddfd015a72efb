"""Commands, buttons, settings and inline mode, with a fake Telegram."""

import json

import pytest

from bot.i18n import TERMS_VERSION, localize
from tests.e2e.conftest import Launcher
from tests.e2e.process import BotProcess
from tests.e2e.queries import FEEDBACK, RECORDED
from tests.e2e.telegram_calls import Call, Refusal
from tests.e2e.telegram_payloads import (
    ALICE,
    BOB,
    BOT,
    CHANNEL,
    GROUP,
    PRIVATE,
    TOKEN,
    USERNAME,
    chat,
    user,
)
from tests.e2e.telegram_server import TelegramServer

SECRET = "zanzibar"
TEXTS = "select message, text, consent is not null from prediction order by id"


@pytest.fixture
def bot(telegram_bot: BotProcess) -> BotProcess:
    """Give a bot that is connected."""
    return telegram_bot


def replied_message(message: int, text: str = "haha", author: int = ALICE) -> dict[str, object]:
    """Return a message of the group that another message replies to."""
    result = {"message_id": message, "date": 1_700_000_000, "chat": chat(GROUP), "text": text}
    return result | {"from": user(author)}


async def give_command(
    server: TelegramServer, text: str, author: int = ALICE, chat_id: int = GROUP, **changes: object
) -> Call:
    """Send a command; return the response."""
    (call,) = await server.replies_to(server.send_message(text, author, chat_id, **changes))
    return call


async def test_presses_on_replies_are_feedback(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.statuses[ALICE] = "creator"
    call = await give_command(telegram_server, "/settings mode reply")
    assert localize("mode.reply", "en") in call.text
    topic = {"message_thread_id": 77, "is_topic_message": True}
    message = telegram_server.send_message("haha party", **topic)
    (offer,) = await telegram_server.replies_to(message)
    assert offer.fields["message_thread_id"] == "77"
    assert [button["text"] for button in offer.buttons[:2]] == ["🤣", "🎉"]
    assert len(offer.buttons) == 6
    for author, label in ((ALICE, "🤣"), (BOB, "🎉"), (BOB, "🎉"), (BOB, "🤣")):
        press = telegram_server.press(offer, label, author)
        (toast,) = await telegram_server.wait_for_calls(
            "answerCallbackQuery", callback_query_id=press
        )
        assert toast.text == localize("feedback.agree", "en", emoji=label)
    assert bot.query(FEEDBACK, str(message)) == [("agree", "🤣")] * 2
    # The bot's own offer answers for the message that it was made for.
    markup = json.loads(offer.fields["reply_markup"])
    offered = replied_message(9, author=BOT) | {"reply_markup": markup}
    call = await give_command(telegram_server, "/feedback 🔥", BOB, reply_to_message=offered)
    assert call.text == localize("feedback.correct", "en", emoji="🔥")
    given = bot.query(f"{FEEDBACK} order by kind, actor", str(message))
    assert given == [("agree", "🤣"), ("agree", "🤣"), ("correct", "🔥")]
    call = await give_command(telegram_server, "/stats")
    assert call.files["photo"].startswith(b"\x89PNG")


async def test_requests_of_members_are_answered(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    message = telegram_server.send_message("haha")
    await telegram_server.reaction_calls(message)
    call = await give_command(telegram_server, "/why", reply_to_message=replied_message(message))
    assert "🤣" in call.text
    assert "%" in call.text
    call = await give_command(telegram_server, f"/emoji@{USERNAME} so sad", BOB)
    assert call.buttons[0]["text"] == "😢"
    call = await give_command(
        telegram_server, "/emoji", reply_to_message=replied_message(message, "party")
    )
    assert call.buttons[0]["text"] == "🎉"
    expected = {
        "/start": "start.group",
        "/emoji": "emoji.usage",
        "/why": "why.usage",
        "/feedback": "feedback.usage",
        "/settings": "settings.admins",
    }
    for command, key in expected.items():
        assert (await give_command(telegram_server, command)).text == localize(key, "en")
    german = {"from": user(ALICE) | {"language_code": "de"}}
    (call,) = await telegram_server.replies_to(
        telegram_server.send_message("/start", ALICE, PRIVATE, **german)
    )
    assert call.text == localize("start.private", "de")
    telegram_server.send_message("/start@another_bot")
    telegram_server.send_message("/unknown")
    help_ = await give_command(telegram_server, "/help")
    for key in ("help.inline", "help.guest"):
        assert localize(key, "en", name=f"@{USERNAME}") in help_.text
    assert "/consent" in help_.text
    menus = await telegram_server.wait_for_calls("setMyCommands", count=12)
    scopes = {(json.loads(m.fields["scope"])["type"], m.fields.get("language_code")) for m in menus}
    assert len(scopes) == 12
    assert await bot.stop() == 0
    assert len(telegram_server.calls.filter(lambda call: call.method == "sendmessage")) == 10


async def test_the_settings_menu_is_edited_in_place(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.statuses[ALICE] = "administrator"
    topic = {"message_thread_id": 77, "is_topic_message": True}
    panel = await give_command(telegram_server, "/settings", **topic)
    label = panel.buttons[0]["text"]
    press = telegram_server.press(panel, label, BOB, **topic)
    (toast,) = await telegram_server.wait_for_calls("answerCallbackQuery", callback_query_id=press)
    assert toast.text == localize("settings.admins", "en")
    press = telegram_server.press(panel, label, **topic)
    (edited,) = await telegram_server.wait_for_calls("editMessageText")
    assert edited.buttons[0]["text"] != label
    (toast,) = await telegram_server.wait_for_calls("answerCallbackQuery", callback_query_id=press)
    assert localize("value.off", "en") in toast.text
    for text, key in (
        ("quiet_hours 00:00–00:00", "saved"),
        ("quiet_hours sometimes", "invalid"),
        ("emoji_deny 🤣", "saved"),
        ("chat_deny 1", "unknown"),
        ("emoji_deny default", "unset"),
    ):
        call = await give_command(telegram_server, f"/settings {text}")
        assert call.text.startswith(
            localize(f"settings.{key}", "en", name="", value="", requirement="", names="")[:5]
        )
    stored = bot.query("select chat, key, value from chat_setting order by chat, key")
    assert stored == [
        ("", "quiet_hours", '"00:00-00:00 UTC"'),
        (f"{GROUP}/77", "enabled", "false"),
    ]
    # The topic is off, the rest of the group is not.
    silent = telegram_server.send_message("haha", **topic)
    answered = telegram_server.send_message("haha")
    await telegram_server.reaction_calls(answered)
    telegram_server.press(edited, localize("settings.done", "en"), **topic)
    (closed,) = await telegram_server.wait_for_calls(
        "editMessageText", text=localize("settings.closed", "en")
    )
    assert not closed.buttons
    assert await bot.stop() == 0
    assert str(silent) not in [row[0] for row in bot.query(RECORDED)]


async def test_a_topic_of_a_private_chat_is_stored_without_its_member(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    topic = {"message_thread_id": 77, "is_topic_message": True}
    saved = await give_command(
        telegram_server, "/settings language español", chat_id=PRIVATE, **topic
    )
    assert saved.fields["message_thread_id"] == "77"
    assert bot.query("select key, value from chat_setting") == [("language", '"es"')]
    here = '/rules add "gm" 🔥 here'
    assert "🔥" in (await give_command(telegram_server, here, chat_id=PRIVATE, **topic)).text
    assert await bot.stop() == 0
    assert str(PRIVATE).encode() not in bot.files_content()


async def test_each_topic_has_a_pace_of_its_own(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.statuses[ALICE] = "creator"
    await give_command(telegram_server, "/settings cooldown_seconds 60")
    topics = [{"message_thread_id": each, "is_topic_message": True} for each in (77, 78)]
    for topic in (*topics, {}):
        await telegram_server.reaction_calls(telegram_server.send_message("haha", **topic))
    for topic in (*topics, {}):
        telegram_server.send_message("haha", **topic)
    await telegram_server.confirmed()
    assert len(bot.query(RECORDED)) == 3


async def test_big_reactions_are_a_setting_and_leave_sad_messages_alone(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.statuses[ALICE] = "creator"
    (small,) = await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert "is_big" not in small.fields
    await give_command(telegram_server, "/settings big reactions on")
    (big,) = await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    assert big.fields["is_big"] == "true"
    (sad,) = await telegram_server.reaction_calls(telegram_server.send_message("so sad"))
    assert sad.emojis == ["😢"]
    assert "is_big" not in sad.fields


async def test_inline_mode_shows_the_top_five_and_stores_nothing(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    query = telegram_server.type_inline(f"haha {SECRET}")
    empty = telegram_server.type_inline("")
    (call,) = await telegram_server.wait_for_calls("answerInlineQuery", inline_query_id=query)
    results = json.loads(call.fields["results"])
    assert results[0]["title"] == "🤣"
    assert results[0]["input_message_content"]["message_text"] == "🤣"
    assert len(results) == 5
    (call,) = await telegram_server.wait_for_calls("answerInlineQuery", inline_query_id=empty)
    assert json.loads(call.fields["results"]) == []
    assert await bot.stop() == 0
    assert bot.query(RECORDED) == []
    assert SECRET.encode() not in bot.files_content()


async def test_channel_posts_get_reactions_and_their_feedback_has_one_actor(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    post = telegram_server.post("haha")
    (call,) = await telegram_server.reaction_calls(post)
    assert (call.fields["chat_id"], call.emojis) == (str(CHANNEL), ["🤣"])
    telegram_server.count(post, {"🤣": 1, "🎉": 4})
    assert await bot.wait_for_rows(FEEDBACK, str(post)) == [("correct", "🎉")]
    telegram_server.count(post, {"🤣": 2})
    await bot.wait_for_rows(f"{FEEDBACK} and kind = 'agree'", str(post))
    assert bot.query(FEEDBACK, str(post)) == [("agree", "🤣")]


async def test_admins_are_notified_once_of_missing_rights(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.set_bot_status("member")
    (notice,) = await telegram_server.wait_for_calls("sendMessage")
    assert notice.text == localize("notice.not_admin", "en")
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    telegram_server.set_bot_status("administrator")
    telegram_server.set_bot_status("member")
    telegram_server.set_bot_status("member", chat_id=PRIVATE)  # as after an unblocking
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    await telegram_server.confirmed()
    assert len(telegram_server.calls.filter(lambda call: call.method == "sendmessage")) == 1
    telegram_server.reactable = False
    telegram_server.set_bot_status("member", chat_id=-1001000009999)
    _, notice = await telegram_server.wait_for_calls("sendMessage", count=2)
    assert notice.text == localize("notice.cannot_react", "en")


async def test_a_request_without_predictions_is_explained(
    launcher: Launcher, telegram_server: TelegramServer
) -> None:
    telegram_server.statuses[BOT], telegram_server.reads_all_messages = "member", False
    bot = launcher(telegram=telegram_server)
    await bot.start(TELEGRAM_TOKEN=TOKEN)
    nothing = telegram_server.send_message("...", chat_id=PRIVATE)
    (call,) = await telegram_server.replies_to(nothing)
    assert call.text == localize("emoji.nothing", "en")
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    (notice,) = await telegram_server.wait_for_calls("sendMessage", chat_id=GROUP)
    assert "@BotFather" in notice.text


async def test_settings_move_with_a_group(bot: BotProcess, telegram_server: TelegramServer) -> None:
    telegram_server.statuses[ALICE] = "creator"
    await give_command(telegram_server, "/settings chance 0.5")
    moved, moved_again = -1001000001002, -1001000001003
    telegram_server.send_message("", migrate_to_chat_id=moved)
    await bot.wait_for_rows("select 1 from community where external_id = ?", str(moved))
    refusal = Refusal("sendMessage", 400, "upgraded", migrate_to_chat_id=moved_again)
    telegram_server.refusals.append(refusal)
    telegram_server.send_message("/settings mode reply")
    values = (
        "select key from chat_setting join community on community.id = community_id"
        " where external_id = ? order by key"
    )
    assert bot.query(values, str(moved)) == [("chance",)]
    there = await bot.wait_for_rows(values, str(moved_again), rows=2)
    assert there == [("chance",), ("mode",)]


async def test_a_request_is_answered_by_the_settings_of_its_topic(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.statuses[ALICE] = "creator"
    topic = {"message_thread_id": 77, "is_topic_message": True}
    await give_command(telegram_server, "/settings emoji_deny 🤣", **topic)
    here = await give_command(telegram_server, "/emoji haha", **topic)
    assert "🤣" not in [button["text"] for button in here.buttons]
    elsewhere = await give_command(telegram_server, "/emoji haha")
    assert elsewhere.buttons[0]["text"] == "🤣"


async def test_a_sticker_is_read_if_somebody_asks_for_it(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    sticker: dict[str, object] = {"file_id": "1", "file_unique_id": "1", "type": "regular"}
    sticker |= {"emoji": "🎉"} | {
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    }
    replied = replied_message(9) | {"sticker": sticker}
    del replied["text"]
    offer = await give_command(telegram_server, "/emoji", reply_to_message=replied)
    assert offer.buttons[0]["text"] == "🎉"


async def test_texts_are_stored_by_consent_only(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    mine, others = "haha lagoon", f"haha {SECRET}"
    await telegram_server.reaction_calls(telegram_server.send_message(others))
    terms = await give_command(telegram_server, "/consent")
    press = telegram_server.press(terms, localize("consent.agree", "en"), BOB)
    (toast,) = await telegram_server.wait_for_calls("answerCallbackQuery", callback_query_id=press)
    assert toast.text == localize("error.not_yours", "en")
    press = telegram_server.press(terms, localize("consent.agree", "en"))
    await telegram_server.wait_for_calls("answerCallbackQuery", callback_query_id=press)
    kept = telegram_server.send_message(mine)
    await telegram_server.reaction_calls(kept)
    await telegram_server.reaction_calls(telegram_server.send_message(others, BOB))
    origin = {"type": "user", "date": 1_700_000_000, "sender_user": user(BOB)}
    await telegram_server.reaction_calls(
        telegram_server.send_message(others, forward_origin=origin)
    )
    await give_command(telegram_server, "/emoji", reply_to_message=replied_message(5, others, BOB))
    channel = telegram_server.post(others)
    await telegram_server.reaction_calls(channel)
    texts = [row for row in bot.query(TEXTS) if row[1] is not None]
    assert texts == [(str(kept), mine, 1)]
    data = await request_data_file(telegram_server, "/privacy")
    assert mine in data
    assert SECRET not in data
    again = await give_command(telegram_server, "/consent")
    press = telegram_server.press(again, localize("consent.revoke", "en"))
    await telegram_server.wait_for_calls("answerCallbackQuery", callback_query_id=press)
    await telegram_server.reaction_calls(telegram_server.send_message(mine))
    assert [row for row in bot.query(TEXTS) if row[1] is not None] == []
    assert await bot.stop() == 0
    assert SECRET.encode() not in bot.files_content()


async def test_a_press_under_earlier_terms_asks_again_under_those_of_today(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    terms = await give_command(telegram_server, "/consent")
    (agree,) = (b for b in terms.buttons if b["text"] == localize("consent.agree", "en"))
    earlier = str(agree["callback_data"]).replace(TERMS_VERSION, "2020-01")
    press = telegram_server.press_data(terms, earlier)
    (toast,) = await telegram_server.wait_for_calls("answerCallbackQuery", callback_query_id=press)
    assert toast.text == ""
    (again,) = await telegram_server.wait_for_calls("editMessageText")
    assert (again.text, again.buttons) == (terms.text, terms.buttons)
    assert bot.query("select member from consent") == []
    telegram_server.press(again, localize("consent.agree", "en"))
    _, given = await telegram_server.wait_for_calls("editMessageText", count=2)
    assert given.text == localize("consent.given", "en", version=TERMS_VERSION)
    assert given.buttons == []


async def test_a_member_sees_what_their_own_preferences_are_made_of(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    asked = await give_command(telegram_server, "/personal")
    assert localize("personal.inactive", "en") in asked.text
    telegram_server.press(asked, localize("personal.learn", "en"))
    (edited,) = await telegram_server.wait_for_calls("editMessageText")
    assert edited.text == localize("personal.learning", "en")
    message = telegram_server.send_message("haha")
    await telegram_server.reaction_calls(message)
    telegram_server.react(message, ALICE, [], ["👎"])
    await bot.wait_for_rows(FEEDBACK, message)
    data = json.loads(await request_data_file(telegram_server, "/privacy"))
    counts = data["personal_preferences"]["counts"][str(GROUP)]["emojis"]
    assert counts["🤣"]["removed"] == pytest.approx(1, abs=0.01)
    asked = await give_command(telegram_server, "/personal")
    telegram_server.press(asked, localize("personal.stop", "en"))
    _, edited = await telegram_server.wait_for_calls("editMessageText", count=2)
    assert edited.text == localize("personal.stopped", "en")
    assert bot.query("select member from personal_consent") == []


async def request_data_file(server: TelegramServer, text: str) -> str:
    """Send a command in private; return the content of the file in the response."""
    server.send_message(text, chat_id=PRIVATE)
    (call,) = await server.wait_for_calls("sendDocument")
    return call.files["document"].decode()


async def test_opted_out_members_are_erased_and_not_answered(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    await telegram_server.reaction_calls(telegram_server.send_message("haha"))
    asked = await give_command(telegram_server, "/forget")
    telegram_server.press(asked, localize("forget.yes", "en"))
    (edited,) = await telegram_server.wait_for_calls("editMessageText")
    assert edited.text == localize("forget.done", "en", count=1)
    assert bot.query(RECORDED) == []
    await give_command(telegram_server, "/optout")
    silent = telegram_server.send_message("haha")
    refused = await give_command(telegram_server, "/consent")
    assert refused.text == localize("consent.opted_out", "en")
    await give_command(telegram_server, "/optin")
    answered = telegram_server.send_message("haha")
    await telegram_server.reaction_calls(answered)
    assert await bot.stop() == 0
    assert bot.query(RECORDED) == [(str(answered),)]
    assert not telegram_server.calls.filter(
        lambda call: call.fields.get("message_id") == str(silent)
    )


async def test_preferences_are_shown_to_all_and_changed_by_admins(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    nothing = await give_command(telegram_server, "/preferences")
    assert nothing.text == localize("preferences.nothing", "en")
    message = telegram_server.send_message("haha")
    await telegram_server.reaction_calls(message)
    await give_command(
        telegram_server, "/feedback 👎", BOB, reply_to_message=replied_message(message)
    )
    for subcommand in ("reset", "export", "import"):
        assert (await give_command(telegram_server, f"/preferences {subcommand}")).text == localize(
            "preferences.admins", "en"
        )
    picture = await give_command(telegram_server, "/preferences")
    assert picture.files["photo"].startswith(b"\x89PNG")
    telegram_server.statuses[ALICE] = "administrator"
    kept = (await give_command(telegram_server, "/preferences export")).files["document"]
    assert json.loads(kept)["emojis"]["🤣"]["removed"] == pytest.approx(1.0)
    asked = await give_command(telegram_server, "/preferences reset")
    assert asked.text == localize("preferences.ask", "en")
    press = telegram_server.press(asked, localize("preferences.yes", "en"), BOB)
    (toast,) = await telegram_server.wait_for_calls("answerCallbackQuery", callback_query_id=press)
    assert toast.text == localize("preferences.admins", "en")
    telegram_server.press(asked, localize("preferences.no", "en"))
    await telegram_server.wait_for_calls("editMessageText", text=localize("preferences.kept", "en"))
    assert "photo" in (await give_command(telegram_server, "/preferences")).files
    asked = await give_command(telegram_server, "/preferences reset")
    telegram_server.press(asked, localize("preferences.yes", "en"))
    await telegram_server.wait_for_calls(
        "editMessageText", text=localize("preferences.forgotten", "en")
    )
    assert (await give_command(telegram_server, "/preferences")).text == localize(
        "preferences.nothing", "en"
    )
    for written, key in ((b"{}", "unreadable"), (kept, "imported")):
        answers = replied_message(9) | {"document": telegram_server.upload(written)}
        call = await give_command(telegram_server, "/preferences import", reply_to_message=answers)
        assert call.text.startswith(localize(f"preferences.{key}", "en", cause="")[:20])
    assert (
        (await give_command(telegram_server, "/preferences")).files["photo"].startswith(b"\x89PNG")
    )
    for usage in ("/preferences import", "/preferences pizza"):
        assert (await give_command(telegram_server, usage)).text == localize(
            "preferences.usage", "en"
        )
    assert await bot.stop() == 0
    assert TOKEN.encode() not in bot.files_content()


async def test_target_acceptance_and_exploration_are_set_and_shown(
    bot: BotProcess, telegram_server: TelegramServer
) -> None:
    telegram_server.statuses[ALICE] = "administrator"
    for name, value in (("Target acceptance", "80 %"), ("Exploration", "5 %")):
        saved = await give_command(telegram_server, f"/settings {name} {value}")
        assert saved.text == localize("settings.saved", "en", name=name, value=value)
        panel = await give_command(telegram_server, "/settings")
        assert f"{name}: {value}" in [each["text"] for each in panel.buttons]
    press = telegram_server.press(
        panel, f"{localize('setting.target_acceptance.name', 'en')}: 80 %"
    )
    (toast,) = await telegram_server.wait_for_calls("answerCallbackQuery", callback_query_id=press)
    assert toast.text.endswith("90 %.")
    without = await give_command(telegram_server, "/settings target_acceptance none")
    assert without.text.endswith(f"{localize('value.none', 'en')}.")
    assert await bot.stop() == 0
