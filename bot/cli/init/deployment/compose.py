"""``compose.yaml`` with what it mounts, beside the settings, and its passwords in ``.env``."""

import secrets as random_secrets
from pathlib import Path

import typer
from dotenv import dotenv_values

from bot.cli.init.deployment.paths import plain
from bot.config import secrets_file, shipped_files

FILES = (
    "compose.yaml",
    "prometheus.yml",
    "grafana/datasource.yaml",
    "grafana/dashboards.yaml",
    "grafana/emoji-reactor.json",
)
PASSWORDS = ("POSTGRES_PASSWORD", "GRAFANA_PASSWORD")
IMAGE_VARIABLE = "EMOJI_REACTOR_IMAGE"


def render(config: Path) -> dict[str, str]:
    """Return the text of each file by its path beside the settings.

    Raises:
        ConfigError: the file's name cannot be named in a compose file.
    """
    texts = {name: shipped_files.read(f"deploy/{name}") for name in FILES}
    secrets = secrets_file.secrets_path(config)
    texts["compose.yaml"] = (
        texts["compose.yaml"]
        .replace("./config.toml:", f"./{plain(Path(config.name))}:")
        .replace("[config.env]", f"[{plain(Path(secrets.name))}]")
    )
    return texts


def write_passwords(folder: Path) -> None:
    """Add the passwords that ``.env`` lacks; those that a database was made with stay.

    Raises:
        ConfigError: the file cannot be read or written.
    """
    path = folder / ".env"
    known = dotenv_values(path, interpolate=False) if path.exists() else {}
    missing = {name: random_secrets.token_hex(24) for name in PASSWORDS if not known.get(name)}
    if missing:
        secrets_file.write(path, missing)
        typer.echo(f"{path} holds {', '.join(missing)}; only you may read it")


def start_steps(config: Path) -> list[str]:
    """Return what a person does to start the containers."""
    return [
        "in a checkout, docker build -f deploy/Containerfile -t emoji-reactor . ; or name an image"
        f" as {IMAGE_VARIABLE} in {config.parent / '.env'}",
        f"cd {config.parent} && docker compose up --detach",
    ]
