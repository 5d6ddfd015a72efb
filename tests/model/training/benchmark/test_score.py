"""Figures of the benchmark: their means over languages, and comparisons."""

from pathlib import Path

from model.prediction import Prediction
from model.training.benchmark.leaderboard import add_entry, read_answers, read_leaderboard
from model.training.benchmark.score import compare, score
from model.training.benchmark.submission import Submission
from model.training.benchmark.tasks import Task, probe_texts, text_id
from model.training.data.splits import Split


def task(kind: str, name: str, truths: dict[str, list[str]]) -> Task:
    """Return a set with a text for each truth, by language; the text names the truth."""
    rows = [(language, truth) for language, values in truths.items() for truth in values]
    return Task(
        kind,  # type: ignore[arg-type]
        Split(
            name,
            has_emotions=kind == "emotion",
            texts=[f"{name} {number} {truth}" for number, (_, truth) in enumerate(rows)],
            truth=[(truth,) for _, truth in rows],
            candidates=None,
            languages=[language for language, _ in rows],
        ),
    )


TASKS = [
    task("emoji", "tweets", {"en": ["😂"] * 30 + ["🍕"] * 10, "es": ["😂"] * 10}),
    task("emoji", "chats", {"en": ["🍕"] * 10}),
    task("emotion", "raters", {"en": ["sadness"] * 10 + ["joy"] * 10}),
    task("gravity", "gravity", {"en": ["grave"] * 10 + ["figurative"] * 10}),
]


def constant(*emojis: str, tasks: list[Task] = TASKS) -> Submission:
    top = [Prediction(emoji, 0.5 / 2**rank) for rank, emoji in enumerate(emojis)]
    texts = [text for one in tasks for text in one.split.texts]
    return Submission(dict.fromkeys(map(text_id, (*texts, *probe_texts())), top))


def test_a_language_counts_once_and_so_does_each_of_its_sets() -> None:
    row = score("laughs", constant("😂", "😭"), TASKS)
    # English: 30 of 40 and 0 of 10; Spanish: all.
    assert row.figures["hit_1"].value == ((0.75 + 0) / 2 + 1) / 2
    assert row.figures["tone_deaf"].value == 1.0
    assert row.figures["mocked"].value == row.figures["offered"].value == 1.0
    assert row.figures["laughed"].value == 1.0
    low, high = row.figures["hit_1"].interval
    assert low < row.figures["hit_1"].value < high
    assert row.calibration_error == ((0.25 + 0.5) / 2 + 0.5) / 2
    assert row.bias_probes is not None
    assert row.bias_probes.same_first == 1.0
    assert [(part.task, part.language, part.texts) for part in row.parts[:3]] == [
        ("tweets", "en", 40),
        ("tweets", "es", 10),
        ("chats", "en", 10),
    ]


def test_differences_are_paired_by_text() -> None:
    changes = compare(constant("😂", "😭"), constant("😢", "😂"), TASKS)
    assert changes["hit_1"].difference == -((0.75 + 0) / 2 + 1) / 2
    assert changes["hit_5"].difference == 0.0
    assert changes["hit_5"].interval == (0.0, 0.0)  # the same texts are right
    assert changes["mocked"].difference == changes["tone_deaf"].difference == -1.0


def test_a_set_that_is_not_answered_whole_has_no_figures_nor_has_its_kind() -> None:
    partly = constant("😂", tasks=TASKS[:1])
    row = score("partly", partly, TASKS)
    assert row.figures == {}
    assert row.calibration_error is None
    assert {part.task for part in row.parts} == {"tweets"}
    changes = compare(constant("🍕"), partly, TASKS)
    assert set(changes) == {"hit_1", "hit_5", "macro_f1"}
    assert changes["hit_1"].difference == (0.5 + 1) / 2


def test_a_leaderboard_is_ordered_and_keeps_one_row_a_name(tmp_path: Path) -> None:
    path = tmp_path / "leaderboard.json"
    partly, laughs = constant("😂", tasks=TASKS[:1]), constant("😂", "😭")
    for name, submission in (("Partly, mine", partly), ("laughs", partly), ("laughs", laughs)):
        add_entry(path, score(name, submission, TASKS), submission, "a test")
    entries = read_leaderboard(path).entries
    assert [entry.row.name for entry in entries] == ["laughs", "Partly, mine"]
    assert entries[0].row == score("laughs", laughs, TASKS)
    assert compare(laughs, read_answers(path, entries[0]), TASKS)["hit_1"].difference == 0
