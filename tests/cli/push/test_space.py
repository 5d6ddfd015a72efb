"""``emoji-reactor push space`` to a Hub on loopback."""

from pathlib import Path

from model.artifact import LAYOUT
from tests.cli.conftest import ROOT
from tests.cli.push.conftest import NAME, Push
from tests.cli.push.stored import hub_files
from tests.hub_server import HubServer


async def test_a_space_contains_the_demo_the_package_and_the_model(
    push: Push, hub: HubServer, artifact_with_card: Path, tmp_path: Path
) -> None:
    command = ("push", "space", "--repo", NAME, "--model", str(artifact_with_card), "--demo")
    result = await push(*command, str(ROOT / "demo"))
    assert result.status == 0, result.err
    names = set(hub_files(hub, f"spaces/{NAME}"))
    assert {"app.py", "README.md", "requirements.txt", "page/build.py", "page/style.css"} <= names
    assert {"model/predictor.py", "model/emotag.csv"} <= names
    assert {f"model/default/{name}" for name in LAYOUT.hashed_files} <= names
    assert not any("training" in name or "__pycache__" in name for name in names)
    missing = await push(*command, str(tmp_path / "none"))
    assert missing.status == 1
    assert "holds no app.py; name the demo's folder with --demo" in missing.error
