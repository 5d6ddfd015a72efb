"""``emoji-reactor feedback stats``."""

import json
import re

from tests.cli.conftest import CommandLine


def test_feedback_is_counted_by_kind_and_emoji(cli: CommandLine) -> None:
    cli("chat", stdin="so funny\n+\nvery sad\n❤\nhaha\n-\n🙏🙏\n".encode())
    counted = json.loads(cli("feedback", "stats", "--json").out)
    assert counted.pop("by_emoji") == {
        "🤣": {"shown": 1, "agreed": 0, "removed": 0, "disliked": 1, "corrected": 0},
        "😂": {"shown": 1, "agreed": 1, "removed": 0, "disliked": 0, "corrected": 0},
        "😢": {"shown": 1, "agreed": 0, "removed": 0, "disliked": 0, "corrected": 0},
        "❤": {"shown": 0, "agreed": 0, "removed": 0, "disliked": 0, "corrected": 1},
    }
    assert counted == {
        "predictions": 4,
        "answered": 3,
        "shown": 3,
        "agreed": 1,
        "removed": 0,
        "disliked": 1,
        "corrected": 1,
    }
    table = cli("feedback", "stats").out
    assert "4 predictions, 3 of them answered" in table
    assert re.search(r"❤ +│ +0 │ +0 │ +0 │ +0 │ +1", table)
