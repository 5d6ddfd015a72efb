"""Names of emojis in other people's labels."""

import pytest

from model.label_names import emoji_of_label, label_number, read_label_mapping

# The names of TweetEval's twenty labels, the publisher's spelling included.
TWEET_EVAL = {
    "_red_heart_": "❤", "_smiling_face_with_hearteyes_": "😍", "_face_with_tears_of_joy_": "😂",
    "_two_hearts_": "💕", "_fire_": "🔥", "_smiling_face_with_smiling_eyes_": "😊",
    "_smiling_face_with_sunglasses_": "😎", "_sparkles_": "✨", "_blue_heart_": "💙",
    "_face_blowing_a_kiss_": "😘", "_camera_": "📷", "_United_States_": "🇺🇸", "_sun_": "☀",
    "_purple_heart_": "💜", "_winking_face_": "😉", "_hundred_points_": "💯",
    "_beaming_face_with_smiling_eyes_": "😁", "_Christmas_tree_": "🎄",
    "_camera_with_flash_": "📸", "_winking_face_with_tongue_": "😜",
}  # fmt: skip


@pytest.mark.parametrize(
    ("label", "emoji"), [*TWEET_EVAL.items(), ("❤️", "❤"), (":joy:", "😂"), ("Red Heart", "❤")]
)
def test_labels_that_are_emojis(label: str, emoji: str) -> None:
    assert emoji_of_label(label) == emoji


@pytest.mark.parametrize("label", ["positive", "LABEL_3", "", "_", "👍👍"])
def test_labels_that_are_not_emojis(label: str) -> None:
    assert emoji_of_label(label) is None


def test_numbers_are_looked_up_in_a_mapping() -> None:
    assert label_number("LABEL_12") == 12
    assert label_number("_fire_") is None
    assert read_label_mapping(
        "0\t❤\t_red_heart_\n1\t_smiling_face_with_hearteyes_\nx\t🔥\n2\t?\n"
    ) == {
        0: "❤",
        1: "😍",
    }
