"""A Space's data set as an export."""

from pathlib import Path

import pytest

from bot.dataset.space_import import SpaceImportFailed, import_space
from bot.dataset.writers import Format
from bot.hub.space_dataset import open_space_dataset
from demo.page.dataset import CHOICES, TEXTS, key
from demo.page.port import NONE_FITS, Asked, PersonId, Reading
from demo.page.rows import row_of
from model import Prediction
from model.feedback import SPLITS, FeedbackError, FeedbackRow, read_rows, split_path

ANN, BEN = PersonId("ann"), PersonId("ben")
SURE = Reading((Prediction("😂", 0.6), Prediction("😭", 0.3)), 0.25)
UNSURE = Reading((Prediction("😂", 0.1), Prediction("😭", 0.05)), 0.25)


class Space:
    """Files as ``demo.page.dataset`` lays them out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def say(
        self,
        person: PersonId,
        answer: str,
        word: str | None,
        *,
        text: str | None = None,
        reading: Reading = SURE,
    ) -> None:
        row = row_of(Asked(answer, "", None), reading, word, artifact="tiny-1", author=key(person))
        self._append(CHOICES, person, row)
        if text is not None:
            terms = {"text": text, "consent_version": "space-1"}
            self._append(TEXTS, person, row.model_copy(update=terms))

    def file(self, kind: str, person: PersonId) -> Path:
        return self.folder / kind / key(person) / "process.jsonl"

    def _append(self, kind: str, person: PersonId, row: FeedbackRow) -> None:
        path = self.file(kind, person)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{row.model_dump_json()}\n")


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return Space(tmp_path / "space")


def rows_of(space: Space, out: Path) -> list[FeedbackRow]:
    import_space(space.folder, out, (Format.JSONL,))
    files = [split_path(out, split) for split in SPLITS]
    return [row for file in files if file.exists() for row in read_rows(file)]


def test_the_last_word_on_an_answer_counts_and_what_was_taken_back_is_left_out(
    space: Space, tmp_path: Path
) -> None:
    space.say(ANN, "1", "😂")
    space.say(ANN, "1", "😭", text="we lost our dog")
    space.say(ANN, "2", "😂", text="so funny")
    space.say(ANN, "2", None)
    [row] = rows_of(space, tmp_path / "out")
    assert (row.text, row.consent_version, row.shown) == ("we lost our dog", "space-1", ("😂",))
    assert [(r.kind, r.emoji) for r in row.feedback] == [("correct", "😭")]


@pytest.mark.parametrize(
    ("reading", "word", "said"),
    [
        (SURE, "😂", ("agree", "😂")),
        (SURE, "😭", ("correct", "😭")),
        (UNSURE, "😂", ("correct", "😂")),
        (SURE, NONE_FITS, ("dislike", None)),
    ],
)
def test_words_mean_what_they_mean_beside_the_bot(
    space: Space, tmp_path: Path, reading: Reading, word: str, said: tuple[str, str | None]
) -> None:
    space.say(ANN, "1", word, reading=reading)
    [row] = rows_of(space, tmp_path / "out")
    assert [(r.kind, r.emoji) for r in row.feedback] == [said]


def test_a_text_goes_with_its_consent(space: Space, tmp_path: Path) -> None:
    space.say(ANN, "1", "😂", text="so funny")
    space.file(TEXTS, ANN).unlink()  # as unticking the box does
    [row] = rows_of(space, tmp_path / "out")
    assert (row.text, row.consent_version) == (None, None)


def test_visitors_are_hashes_of_one_export_and_stay_in_their_split(
    space: Space, tmp_path: Path
) -> None:
    for person in (ANN, BEN):
        space.say(person, f"{person}-1", "😂")
        space.say(person, f"{person}-2", "😭")
    first, second = (rows_of(space, tmp_path / name) for name in ("a", "b"))
    authors = [{row.author for row in rows} for rows in (first, second)]
    assert [len(names) for names in authors] == [2, 2]
    assert authors[0].isdisjoint(authors[1])
    assert {key(ANN), key(BEN)}.isdisjoint(authors[0])
    assert {row.id for row in first}.isdisjoint(f"{p}-{n}" for p in (ANN, BEN) for n in (1, 2))
    sizes = [
        {
            split: len(split_path(tmp_path / name, split).read_bytes().splitlines())
            for split in SPLITS
            if split_path(tmp_path / name, split).exists()
        }
        for name in ("a", "b")
    ]
    assert sizes[0] == sizes[1]


def test_a_malformed_row_is_named_without_its_text(space: Space, tmp_path: Path) -> None:
    space.say(ANN, "1", "😂")
    with space.file(CHOICES, ANN).open("a", encoding="utf-8") as file:
        file.write('{"answer": "1", "text": "a secret"}\n')
    with pytest.raises(FeedbackError, match=r"process\.jsonl: line 2: ") as told:
        rows_of(space, tmp_path / "out")
    assert "secret" not in str(told.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("source", ["nowhere", "../nowhere", "a/b/c"])
def test_what_is_no_data_set_is_told(source: str, tmp_path: Path) -> None:
    with (
        pytest.raises(SpaceImportFailed, match="neither a folder nor a data set"),
        open_space_dataset(source),
    ):
        pass
    with pytest.raises(SpaceImportFailed, match="holds no choices"):
        import_space(tmp_path, tmp_path / "out", (Format.JSONL,))
