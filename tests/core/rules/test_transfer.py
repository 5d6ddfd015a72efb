"""Rules as TOML: a round trip, and every other file is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.export_files import ExportFileError
from bot.core.rules.rule import Rule
from bot.core.rules.transfer import FORMAT, dump_rules, load_rules

places = st.frozensets(st.from_regex(r"[0-9]{1,20}", fullmatch=True), max_size=3)
rules = st.builds(
    Rule,
    pattern=st.text(min_size=1, max_size=30),
    emojis=st.lists(st.sampled_from("☕🌞❤"), min_size=1, max_size=3).map(tuple),
    chance=st.floats(0.01, 1),
    chats=places,
    roles=places,
)


@given(st.lists(rules, max_size=4))
def test_rules_survive_a_round_trip(given: list[Rule]) -> None:
    assert load_rules(dump_rules(given)) == given


def test_a_file_reads_well() -> None:
    page = dump_rules([Rule("gm", ("☕",)), Rule(r"/^\d+ \"gm/", ("☕", "🌞"), 0.5)]).decode()
    assert page == (
        f'format = "{FORMAT}"\n\n'
        "[[rule]]\npattern = 'gm'\nemojis = [\"☕\"]\n\n"
        '[[rule]]\npattern = \'/^\\d+ \\"gm/\'\nemojis = ["☕", "🌞"]\nchance = 0.5\n'
    )


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (b"\xff", "TOML"),
        (b"rule = [", "TOML"),
        (b"", "format"),
        (b'format = "other"', FORMAT),
        (f'format = "{FORMAT}"\nrule = 3'.encode(), "rule"),
        (f'format = "{FORMAT}"\n[[rule]]\npattern = "gm"'.encode(), "rule.1.emojis"),
        (f'format = "{FORMAT}"\n[[rule]]\npattern = 1\nemojis = []'.encode(), "rule.1.pattern"),
        (
            f'format = "{FORMAT}"\n[[rule]]\npattern = "gm"\nemojis = []\nif = 1'.encode(),
            "rule.1.if",
        ),
    ],
)
def test_another_file_is_refused_by_its_first_fault(page: bytes, fault: str) -> None:
    with pytest.raises(ExportFileError, match=fault):
        load_rules(page)
