"""Members as keyed hashes."""

from bot.core.members.pseudonyms import Pseudonyms


def test_the_same_member_has_the_same_key_under_one_secret_only() -> None:
    key = Pseudonyms(b"one").key("discord", "42")
    assert key == Pseudonyms(b"one").key("discord", "42")
    assert len(key) == 32
    others = {
        Pseudonyms(b"two").key("discord", "42"),
        Pseudonyms(b"one").key("telegram", "42"),
        Pseudonyms(b"one").key("discord", "43"),
    }
    assert len(others | {key}) == 4


def test_any_text_has_a_key() -> None:
    assert Pseudonyms(b"one").key("console", "\ud800")
