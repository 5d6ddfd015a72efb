"""``emoji-reactor feedback import-space``."""

from typing import Annotated

import typer

from bot.cli.export_progress import parse_formats
from bot.cli.feedback.summary import OutOption, show_summary
from bot.cli.options import AsJson, ExportFormat, ExportFormatOption, LicenceOption
from bot.dataset import space_import
from bot.hub.space_dataset import open_space_dataset


def import_space(
    source: Annotated[
        str,
        typer.Argument(metavar="ORG/NAME", help="A Space's FEEDBACK_REPO, or a folder of it."),
    ],
    out: OutOption,
    format_: ExportFormatOption = ExportFormat.JSONL,
    licence: LicenceOption = "other",
    as_json: AsJson = False,
) -> None:
    """Write the choices of a Space's visitors as a dataset, in the form of an export.

    Model finetune and model gate learn from it. Of what is downloaded only DIR is kept: import
    again before each fit, so that choices which were taken back are in none.

    Example: emoji-reactor feedback import-space ORG/NAME --out feedback
    """
    with open_space_dataset(source) as folder:
        summary = space_import.import_space(folder, out, parse_formats(format_), licence)
        show_summary(summary, out, as_json=as_json)
