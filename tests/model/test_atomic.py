"""Atomic writes: all or nothing, with the right permissions."""

import errno
import os
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


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_may_have_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def link(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", link)
    assert atomic.write(tmp_path / "file", "first", replace=False)
    assert not atomic.write(tmp_path / "file", "second", replace=False)
    assert (tmp_path / "file").read_text() == "first"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_mounted_file_is_written_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a longer text than the next")

    def replace(path: Path, target: Path) -> Path:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path), None, str(target))

    monkeypatch.setattr(Path, "replace", replace)
    number = (tmp_path / "file").stat().st_ino
    assert atomic.write(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "new"
    assert (tmp_path / "file").stat().st_ino == number
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
