"""The image, as far as its Containerfile tells without an engine that builds it."""

import json
import re

from tests.deploy import DEPLOY, ROOT

TEXT = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
LINES = [line.split(maxsplit=1) for line in TEXT.splitlines() if re.match(r"[A-Z]+ ", line)]


def arguments_of(instruction: str) -> list[str]:
    return [rest for name, rest in LINES if name == instruction]


def test_it_copies_what_is_there() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = [rest for rest in arguments_of("COPY") if not rest.startswith("--from")]
    sources = {source for rest in copied for source in rest.split()[:-1]}
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert sources.isdisjoint(ignored)
    assert {"bot", "demo", "deploy", "migrations", "model"} <= sources


def test_the_last_stage_is_the_bot_under_a_numeric_user() -> None:
    assert arguments_of("FROM")[-1] == "base AS bot"
    assert arguments_of("USER") == ["10001:10001"]
    assert json.loads(arguments_of("CMD")[-1]) == ["run"]
    assert arguments_of("HEALTHCHECK")[-1].endswith('CMD ["emoji-reactor", "health"]')


def test_packages_come_from_locks_with_hashes() -> None:
    installs = re.findall(r"(?:pip|\$INSTALL) ?(?:install)? [^&]*", " ".join(arguments_of("RUN")))
    locked = [install for install in installs if "-r deploy/locks/" in install]
    assert len(locked) == 3
    assert all("--require-hashes" in i and "--only-binary :all:" in i for i in locked)
    rest = [install for install in installs if install not in locked]
    assert all("--no-index" in i or "--no-build-isolation" in i for i in rest)
