"""The locks of the image: what the project needs, in the versions it is tested with."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
import uv
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy import DEPLOY, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {"serve": ["postgres"], "web": ["postgres", "web"]}
MARKERS = {"sys_platform": "linux", "platform_machine": "x86_64", "extra": ""}
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28")
NO_NETWORK = re.compile(r"error sending request|dns error|timed out|offline", re.IGNORECASE)
LOCKS = sorted((DEPLOY / "locks").glob("*.txt"))


def versions(path: Path) -> dict[str, str]:
    """Package -> version of the lines ``NAME==VERSION``."""
    found = re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def needed(requirements: list[str], seen: set[str], extras: set[str]) -> Iterator[Requirement]:
    """Yield what the requirements need, directly or not, as the installed packages say."""
    for requirement in map(Requirement, requirements):
        applies = requirement.marker is None or any(
            requirement.marker.evaluate({**MARKERS, "extra": extra}) for extra in {"", *extras}
        )
        name = canonicalize_name(requirement.name)
        if not applies:
            continue
        yield requirement
        if name not in seen or requirement.extras:
            seen.add(name)
            try:
                further = requires(name) or []
            except PackageNotFoundError:  # of another version of Python
                continue
            yield from needed(further, seen, requirement.extras)


@pytest.mark.parametrize("lock", EXTRAS)
def test_the_lock_holds_all_that_the_project_needs(lock: str) -> None:
    locked = versions(DEPLOY / "locks" / f"{lock}.txt")
    optional = PROJECT["optional-dependencies"]
    requirements = [*PROJECT["dependencies"], *(r for e in EXTRAS[lock] for r in optional[e])]
    missing = {
        str(requirement)
        for requirement in needed(requirements, set(), set())
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"))
    }
    assert missing == set(), "run make lock"


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_the_versions_are_those_that_are_tested(path: Path) -> None:
    tested = versions(ROOT / "constraints.txt")
    locked = versions(path)
    differing = {name for name, v in locked.items() if tested.get(name, v) != v}
    assert locked
    assert differing == set(), "run make lock"


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_package_has_hashes(path: Path) -> None:
    entries = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_no_training_is_needed_to_serve() -> None:
    assert not {"torch", "transformers", "datasets"} & set(versions(DEPLOY / "locks" / "web.txt"))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_package_has_a_wheel(platform: str, tmp_path: Path) -> None:
    command = [uv.find_uv_bin(), "pip", "install", "--dry-run", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--python", sys.executable, "--target", str(tmp_path)]
    command += ["--python-platform", platform, "--python-version", "3.11"]
    command += ["-r", str(DEPLOY / "locks/web.txt"), "-r", str(DEPLOY / "locks/build.txt")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    if ended.returncode != 0 and NO_NETWORK.search(ended.stderr):
        pytest.skip("the package index cannot be reached")
    assert ended.returncode == 0, ended.stderr
    assert "Would download" in ended.stderr
