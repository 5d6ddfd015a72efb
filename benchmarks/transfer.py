"""DeepMoji's transfer sets with our encoder, frozen and fitted, beside chain-thaw.

``python -m benchmarks.transfer FOLDER [MODEL]``; FOLDER is ``data`` of github.com/bfelbo/DeepMoji,
with ``SE0714/raw.pickle`` and so on, MODEL an artifact. The frozen encoder takes seconds a set, the
fitted one minutes. Sets that are missing are named and left out.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.command_line import run_benchmark
from model import artifact, artifact_source
from model.training.benchmark.transfer import fit_frozen, fit_whole
from model.training.benchmark.transfer_data import TRANSFER_TASKS, TransferError, read_transfer_set
from model.training.export.restore import restore_text_encoder
from model.training.network.tokenizer import load_tokenizer


def main(
    folder: Annotated[Path, typer.Argument(help="data of github.com/bfelbo/DeepMoji.")],
    model: Annotated[str | None, typer.Argument(help="Folder or Hub id of the artifact.")] = None,
) -> None:
    """Print a row for each set that is there."""
    source = artifact.load(artifact_source.locate(model))
    columns = ("set", "metric", "test texts", "frozen", "fitted", "DeepMoji chain-thaw")
    table = Table(*columns, title=source.version)
    for task in TRANSFER_TASKS:
        try:
            data = read_transfer_set(folder, task)
        except TransferError as error:
            Console(stderr=True).print(str(error), soft_wrap=True)
            continue
        tokenizer = load_tokenizer(str(source.folder), source.manifest.max_tokens)
        fits = (fit_frozen(source, data), fit_whole(restore_text_encoder(source), tokenizer, data))
        texts = f"{len(data.test.texts):,}"
        cells = (f"{fit.figure(data):.3f}" for fit in fits)
        table.add_row(task.name, task.metric, texts, *cells, str(task.chain_thaw))
    if not table.row_count:
        raise SystemExit(f"{folder} holds none of DeepMoji's transfer sets")
    Console().print(table)


if __name__ == "__main__":
    run_benchmark(main)
