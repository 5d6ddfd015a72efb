"""Import of a Space's data set."""

from pathlib import Path

import pytest

from bot.dataset.space_import import SpaceImportFailed, import_space
from bot.dataset.writers import Format
from bot.hub.space_dataset import open_space_dataset
from demo.page.choice_rows import choice_row
from demo.page.hub_dataset import CHOICES, TEXTS, visitor_key
from demo.page.interface import NONE_FITS, PredictionRequest, PredictionResult, VisitorId
from model import Prediction
from model.feedback import SPLITS, FeedbackError, FeedbackRow, read_rows, split_path

ANN, BEN = VisitorId("ann"), VisitorId("ben")
ABOVE_THRESHOLD = PredictionResult((Prediction("😂", 0.6), Prediction("😭", 0.3)), 0.25)
BELOW_THRESHOLD = PredictionResult((Prediction("😂", 0.1), Prediction("😭", 0.05)), 0.25)


class Space:
    """The folder of a Space's data set, as ``demo.page.hub_dataset`` writes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def choose(
        self,
        visitor: VisitorId,
        request_id: str,
        choice: str | None,
        *,
        text: str | None = None,
        result: PredictionResult = ABOVE_THRESHOLD,
    ) -> None:
        row = choice_row(
            PredictionRequest(request_id, "", None),
            result,
            choice,
            artifact_version="tiny-1",
            author=visitor_key(visitor),
        )
        self._append(CHOICES, visitor, row)
        if text is not None:
            update = {"text": text, "consent_version": "space-1"}
            self._append(TEXTS, visitor, row.model_copy(update=update))

    def file(self, folder: str, visitor: VisitorId) -> Path:
        return self.folder / folder / visitor_key(visitor) / "process.jsonl"

    def _append(self, folder: str, visitor: VisitorId, row: FeedbackRow) -> None:
        path = self.file(folder, visitor)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{row.model_dump_json()}\n")


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return Space(tmp_path / "space")


def import_rows(space: Space, out: Path) -> list[FeedbackRow]:
    import_space(space.folder, out, (Format.JSONL,))
    files = [split_path(out, split) for split in SPLITS]
    return [row for file in files if file.exists() for row in read_rows(file)]


def test_the_last_choice_counts_and_withdrawn_choices_are_left_out(
    space: Space, tmp_path: Path
) -> None:
    space.choose(ANN, "1", "😂")
    space.choose(ANN, "1", "😭", text="we lost our dog")
    space.choose(ANN, "2", "😂", text="so funny")
    space.choose(ANN, "2", None)
    [row] = import_rows(space, tmp_path / "out")
    assert (row.text, row.consent_version, row.shown) == ("we lost our dog", "space-1", ("😂",))
    assert [(r.kind, r.emoji) for r in row.feedback] == [("correct", "😭")]


@pytest.mark.parametrize(
    ("result", "choice", "expected"),
    [
        (ABOVE_THRESHOLD, "😂", ("agree", "😂")),
        (ABOVE_THRESHOLD, "😭", ("correct", "😭")),
        (BELOW_THRESHOLD, "😂", ("correct", "😂")),
        (ABOVE_THRESHOLD, NONE_FITS, ("dislike", None)),
    ],
)
def test_choices_become_feedback_as_in_the_bot(
    space: Space,
    tmp_path: Path,
    result: PredictionResult,
    choice: str,
    expected: tuple[str, str | None],
) -> None:
    space.choose(ANN, "1", choice, result=result)
    [row] = import_rows(space, tmp_path / "out")
    assert [(r.kind, r.emoji) for r in row.feedback] == [expected]


def test_a_text_is_not_imported_after_its_deletion(space: Space, tmp_path: Path) -> None:
    space.choose(ANN, "1", "😂", text="so funny")
    space.file(TEXTS, ANN).unlink()  # as revoked consent does
    [row] = import_rows(space, tmp_path / "out")
    assert (row.text, row.consent_version) == (None, None)


def test_visitors_get_new_pseudonyms_and_keep_their_split(space: Space, tmp_path: Path) -> None:
    for visitor in (ANN, BEN):
        space.choose(visitor, f"{visitor}-1", "😂")
        space.choose(visitor, f"{visitor}-2", "😭")
    first, second = (import_rows(space, tmp_path / name) for name in ("a", "b"))
    authors = [{row.author for row in rows} for rows in (first, second)]
    assert [len(names) for names in authors] == [2, 2]
    assert authors[0].isdisjoint(authors[1])
    assert {visitor_key(ANN), visitor_key(BEN)}.isdisjoint(authors[0])
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
    space.choose(ANN, "1", "😂")
    with space.file(CHOICES, ANN).open("a", encoding="utf-8") as file:
        file.write('{"choice": "1", "text": "a secret"}\n')
    with pytest.raises(FeedbackError, match=r"process\.jsonl: line 2: ") as error:
        import_rows(space, tmp_path / "out")
    assert "secret" not in str(error.value)
    assert not (tmp_path / "out").exists()


def test_names_that_visitors_made_up_are_left_out(
    space: Space, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    space.choose(ANN, "1", ":my_neighbour:")
    made_up = PredictionResult((Prediction(":my_neighbour:", 0.6), Prediction("😭", 0.3)), 0.25)
    space.choose(BEN, "2", "😭", result=made_up)
    space.choose(BEN, "3", "😭")
    [row] = import_rows(space, tmp_path / "out")
    assert [p.emoji for p in row.predictions] == ["😂", "😭"]
    assert "left out 2 choices" in caplog.text


@pytest.mark.parametrize("source", ["nowhere", "../nowhere", "a/b/c"])
def test_a_missing_data_set_is_an_error(source: str, tmp_path: Path) -> None:
    with (
        pytest.raises(SpaceImportFailed, match="neither a folder nor a data set"),
        open_space_dataset(source),
    ):
        pass
    with pytest.raises(SpaceImportFailed, match="holds no choices"):
        import_space(tmp_path, tmp_path / "out", (Format.JSONL,))
