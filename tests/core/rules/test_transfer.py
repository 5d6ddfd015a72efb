"""Rules as TOML: a round trip, and every other file is refused."""

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.export_files import ExportFileError
from bot.core.rules.rule import MAX_PATTERN_LENGTH, Rule
from bot.core.rules.transfer import FORMAT, MAX_DOTS, dump_rules, load_rules

places = st.frozensets(st.from_regex(r"[0-9]{1,20}", fullmatch=True), max_size=3)
rules = st.builds(
    Rule,
    pattern=st.text(min_size=1, max_size=30),
    emojis=st.lists(st.sampled_from("☕🌞❤"), min_size=1, max_size=3).map(tuple),
    chance=st.floats(0.01, 1),
    chats=places,
    roles=places,
)


@settings(max_examples=30)
@given(st.lists(rules, max_size=4))
def test_rules_survive_a_round_trip(given: list[Rule]) -> None:
    assert load_rules(dump_rules(given)) == given


def test_the_largest_pattern_may_be_dots() -> None:
    rule = Rule(f"/{'.' * (MAX_PATTERN_LENGTH - 2)}/", ("☕",))
    assert load_rules(dump_rules([rule])) == [rule]


values = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
entries = st.fixed_dictionaries(
    {"pattern": st.just("gm") | values, "emojis": st.just(["☕"]) | values},
    optional={"chance": values, "a\nb": values, "k" * 300: values},
)
documents = st.fixed_dictionaries(
    {"format": st.just(FORMAT) | values},
    optional={"rule": st.lists(entries, max_size=2) | values, "a\nb": values, "k" * 300: values},
)


@settings(max_examples=60)
@given(documents.map(lambda document: tomlkit.dumps(document).encode()) | st.binary(max_size=60))
def test_any_file_is_read_or_refused_on_one_short_line(content: bytes) -> None:
    refusal = ""
    try:
        load_rules(content)
    except ExportFileError as error:
        refusal = str(error)
    assert len(refusal.splitlines()) <= 1
    assert len(refusal) < 200


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
        (".".join("a" * 2 * MAX_DOTS).encode() + b" = 1", "dots"),  # takes hours with more of them
        (b"x = 1\r[" + b"a . " * 2 * MAX_DOTS + b"a]", "dots"),
        (b"rule = [", r"TOML in UTF-8 \(at end of document\)"),
        (b'format = "a"\n[[rule]\n', r"TOML in UTF-8 \(at line 2, column 7\)"),
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
