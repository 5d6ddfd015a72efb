"""``emoji-reactor model info``."""

import json
import re
from pathlib import Path

from tests.cli.conftest import CommandLine


def test_info_names_version_and_folder(cli: CommandLine, tiny_artifact: Path) -> None:
    facts = json.loads(cli("model", "info", "--json", "--model", str(tiny_artifact)).out)
    assert facts["version"].startswith("tiny-")
    assert facts["folder"] == str(tiny_artifact)
    assert facts["threshold"] == 0.2
    assert "sha256" not in facts
    text = cli("model", "info").out
    assert re.search(r"version +tiny-[0-9a-f]{8}", text)
    assert cli("model", "info", "--model", "nowhere").status == 1
