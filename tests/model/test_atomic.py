"""Atomic writes: all or nothing, with the right permissions."""

from pathlib import Path
from typing import BinaryIO

import pytest

from model import atomic


def test_text_and_bytes_are_written_with_their_mode(tmp_path: Path) -> None:
    text, content = tmp_path / "text", tmp_path / "bytes"
    assert atomic.write(text, "grüße 😂\n")
    assert atomic.write_binary(content, lambda file: file.write(b"\x00\x01"), mode=0o644)
    assert text.read_bytes() == "grüße 😂\n".encode()
    assert content.read_bytes() == b"\x00\x01"
    assert (text.stat().st_mode & 0o777, content.stat().st_mode & 0o777) == (0o600, 0o644)


def test_a_file_that_must_not_be_replaced_stays(tmp_path: Path) -> None:
    atomic.write(tmp_path / "file", "old")
    assert not atomic.write(tmp_path / "file", "new", replace=False)
    assert (tmp_path / "file").read_text() == "old"


def test_an_interrupted_write_keeps_the_old_content(tmp_path: Path) -> None:
    atomic.write(tmp_path / "file", "old")

    def interrupted(file: BinaryIO) -> None:
        file.write(b"ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        atomic.write_binary(tmp_path / "file", interrupted)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"
