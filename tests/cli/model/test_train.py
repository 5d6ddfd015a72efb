"""``emoji-reactor model train``."""

from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine


@pytest.mark.parametrize(
    ("average", "message"),
    [
        ("best.pt", "write FILE=SHARE"),
        ("nowhere.pt=0.5", "no such file"),
        ("{checkpoint}=1.5", "above 0, and 1 together at most"),
        ("{checkpoint}=0", "above 0, and 1 together at most"),
    ],
)
def test_an_invalid_average_is_refused_before_training(
    cli: CommandLine, tmp_path: Path, average: str, message: str
) -> None:
    checkpoint = tmp_path / "best.pt"
    checkpoint.touch()
    result = cli("model", "train", "--average", average.format(checkpoint=checkpoint))
    assert result.status == 2
    assert message in " ".join(result.err.replace("│", " ").split())
