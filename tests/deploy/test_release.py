"""The release workflow: by GitHub's schema, with pinned actions and few permissions."""

import re

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator

from tests.deploy import ROOT

TEXT = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
WORKFLOW = yaml.load(TEXT, Loader=yaml.BaseLoader)  # noqa: S506 - reads `on` as a text
JOBS = WORKFLOW["jobs"]
PUBLISHING = {"image", "publish"}


def test_it_is_valid_by_the_schema() -> None:
    parsed = yaml.safe_load(TEXT)
    parsed["on"] = parsed.pop(True)  # YAML 1.1 reads it as a truth value
    validator = Draft7Validator(get_builtin_schema("vendor.github-workflows"))
    assert [error.message for error in validator.iter_errors(parsed)] == []


def test_actions_are_pinned_to_commits() -> None:
    used = re.findall(r"uses: (\S+)", TEXT)
    assert used
    assert [action for action in used if not re.search(r"@[0-9a-f]{40}$", action)] == []


def test_nothing_is_published_untested() -> None:
    for name in PUBLISHING:
        assert {"test", "wheel"} <= set(JOBS[name]["needs"])
        assert JOBS[name]["environment"] == "release"


@pytest.mark.parametrize("name", sorted(JOBS))
def test_only_what_publishes_may_write(name: str) -> None:
    assert WORKFLOW["permissions"] == {}
    may_write = "write" in JOBS[name]["permissions"].values()
    assert may_write == (name in PUBLISHING)


def test_every_file_that_a_step_names_exists() -> None:
    named = set(re.findall(r"(?:deploy|\.ci)/[\w/.]+\w", TEXT))
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []
