"""The export: pages of the database into files, one row for each message that got feedback."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database.feedback_pages import ExportSelection, MessageWithFeedback, feedback_pages
from bot.dataset.card import DatasetSummary, write_card
from bot.dataset.folder import CARD_FILE, EXPORT_INFO, whole_folder
from bot.dataset.pseudonymize import ExportPseudonyms, split_of
from bot.dataset.writers import WRITERS, Format, Writer
from model.feedback import FeedbackRow, Response, Suggestion

LICENCE = "other"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported, and how."""

    selection: ExportSelection
    formats: Sequence[Format] = (Format.JSONL,)
    """The first is what ``load_dataset`` takes where nobody asks for another."""
    licence: str = LICENCE
    """The Hub's name of it."""


async def export(
    engine: AsyncEngine, order: ExportRequest, folder: Path, tell: Callable[[int], object] = bool
) -> DatasetSummary:
    """Write the folder; ``tell`` hears of each page's number of rows.

    Raises:
        ExportFailed: the folder cannot be written, or is somebody else's.
        StoreFailed: the database cannot be read.
        TrainingMissing: a format needs a library that is not installed.
    """
    blind = ExportPseudonyms()
    with writing(folder, order.formats, order.licence) as writer:
        async for page in feedback_pages(engine, order.selection):
            for split, rows in _by_split(page, blind).items():
                writer.add(split, rows)
            tell(len(page))
    return writer.contents


def as_row(answered: MessageWithFeedback, blind: ExportPseudonyms) -> FeedbackRow:
    """A message with its feedback, as others may see it."""
    return FeedbackRow(
        id=blind("row", answered.id),
        text=answered.text,
        language=answered.language,
        platform=answered.platform,
        community=blind("community", answered.community),
        author=blind("author", answered.author),
        day=answered.at.date(),
        artifact=answered.artifact,
        suggestions=tuple(Suggestion(emoji=e, score=score) for e, score in answered.suggestions),
        shown=tuple(answered.shown),
        responses=tuple(
            Response.model_validate(
                {"answer": s.kind, "emoji": s.emoji, "source": s.source, "people": s.people}
            )
            for s in answered.said
        ),
        consent=answered.consent,
    )


def _by_split(
    page: Sequence[MessageWithFeedback], blind: ExportPseudonyms
) -> dict[str, list[FeedbackRow]]:
    found: dict[str, list[FeedbackRow]] = {}
    for answered in page:
        found.setdefault(split_of(answered.author), []).append(as_row(answered, blind))
    return found


class ExportWriter:
    """Writes rows in every format, and counts them."""

    def __init__(self, folder: Path, formats: Sequence[Format], stack: ExitStack) -> None:
        """Write into ``folder`` until ``stack`` closes."""
        self.contents = DatasetSummary()
        self._folder, self._formats, self._stack = folder, formats, stack
        self._open: dict[Path, Writer] = {}

    def add(self, split: str, rows: Sequence[FeedbackRow]) -> None:
        """Append a page to a split."""
        for row in rows:
            self.contents.add(split, row)
        for each in self._formats:
            self._file(each, split).write(rows)

    def _file(self, each: Format, split: str) -> Writer:
        """Opened with its first row: a data set has no empty ones."""
        path = self._folder / each / f"{split}.{each}"
        if path not in self._open:
            path.parent.mkdir(exist_ok=True)
            self._open[path] = WRITERS[each](path)
            self._stack.callback(self._open[path].close)
        return self._open[path]


@contextmanager
def writing(
    folder: Path, formats: Sequence[Format], licence: str = LICENCE
) -> Iterator[ExportWriter]:
    """An export to fill; it stands under its name, with its card, once all went well.

    Raises:
        ExportFailed: the folder cannot be written, or is somebody else's.
        TrainingMissing: a format needs a library that is not installed.
    """
    with whole_folder(folder) as partial:
        with ExitStack() as stack:
            for each in formats:  # what is not installed is told before anything is read
                probe = partial / "probe"
                WRITERS[each](probe).close()
                probe.unlink()
            rows = ExportWriter(partial, formats, stack)
            yield rows
        _describe(partial, rows.contents, formats, licence)


def _describe(
    folder: Path, contents: DatasetSummary, formats: Sequence[Format], licence: str
) -> None:
    card = write_card(contents, formats, licence)
    (folder / CARD_FILE).write_text(card, encoding="utf-8")
    facts = {**contents.as_dict(), "formats": list(formats)}
    told = json.dumps(facts, ensure_ascii=False, indent=1)
    (folder / EXPORT_INFO).write_text(f"{told}\n", encoding="utf-8")
