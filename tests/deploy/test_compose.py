"""``compose.yaml``: by the schema of its specification, closed, and complete with its files."""

import re
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator

from bot.cli.init.deployment.compose import FILES, PASSWORDS
from bot.config.settings import ENVIRONMENT_PREFIX
from bot.config.validation import check_environment
from tests.deploy import DEPLOY

TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def volumes() -> list[list[str]]:
    return [
        volume.split(":") for service in SERVICES.values() for volume in service.get("volumes", [])
    ]


def test_it_is_valid_by_the_schema() -> None:
    validator = Draft7Validator(get_builtin_schema("vendor.compose-spec"))
    assert [error.message for error in validator.iter_errors(COMPOSE)] == []


def test_page_and_monitoring_are_optional() -> None:
    profiles = {name: service.get("profiles", []) for name, service in SERVICES.items()}
    assert profiles == {
        "bot": [],
        "database": [],
        "page": ["page"],
        "prometheus": ["monitoring"],
        "grafana": ["monitoring"],
    }


@pytest.mark.parametrize("name", ["bot", "page"])
def test_the_program_may_write_its_data_only(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    writable = [volume for volume in service["volumes"] if ":ro" not in volume]
    assert writable == ["bot:/data"]


def test_ports_are_published_on_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_init_writes_every_file_that_is_mounted() -> None:
    mounted = {source for source, *_ in volumes() if source.startswith("./")}
    assert mounted == {"./config.toml", *(f"./{name}" for name in FILES if name != "compose.yaml")}
    assert {source for source, *_ in volumes()} - mounted == set(COMPOSE["volumes"])


def test_passwords_have_no_defaults() -> None:
    assert set(re.findall(r"\$\{(\w+PASSWORD)\:\?", TEXT)) == set(PASSWORDS)
    assert not re.search(r"PASSWORD:?-", TEXT)


def test_images_have_versions() -> None:
    images = [service["image"] for service in SERVICES.values()]
    assert all(re.search(r":(v?\d|\$\{EMOJI_REACTOR_TAG)", image) for image in images)


def test_the_settings_of_the_environment_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in ("bot", "page"):
        for variable, value in SERVICES[service]["environment"].items():
            assert variable.startswith(ENVIRONMENT_PREFIX)
            monkeypatch.setenv(variable, value)
    check_environment()


def test_prometheus_scrapes_the_bot_and_grafana_finds_both() -> None:
    prometheus = yaml.safe_load((DEPLOY / "prometheus.yml").read_text(encoding="utf-8"))
    [target] = prometheus["scrape_configs"][0]["static_configs"][0]["targets"]
    host, _, port = target.partition(":")
    listen = SERVICES[host]["environment"]["EMOJI_REACTOR__OPERATIONS__LISTEN"]
    assert listen == f"0.0.0.0:{port}"
    networks = SERVICES[host]["networks"]
    assert set(SERVICES["prometheus"]["networks"]) <= set(networks)
    source = yaml.safe_load((DEPLOY / "grafana/datasource.yaml").read_text(encoding="utf-8"))
    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    provider = yaml.safe_load((DEPLOY / "grafana/dashboards.yaml").read_text(encoding="utf-8"))
    path = provider["providers"][0]["options"]["path"]
    assert (
        f"./grafana/emoji-reactor.json:{path}/emoji-reactor.json:ro,z"
        in SERVICES["grafana"]["volumes"]
    )


def test_the_database_and_the_metrics_have_no_way_out() -> None:
    closed = {
        name for name, network in COMPOSE["networks"].items() if network == {"internal": True}
    }
    assert closed == {"database", "metrics"}
    assert set(SERVICES["database"]["networks"] + SERVICES["prometheus"]["networks"]) <= closed
