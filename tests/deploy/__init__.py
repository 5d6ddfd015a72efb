"""Tests of what deploys the bot: unit, compose file, image, locks, release."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
