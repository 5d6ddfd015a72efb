"""Files of the repository's root that travel in the wheel: the example of settings, ``deploy/``."""

from importlib.resources import files
from pathlib import Path


def read(name: str) -> str:
    """Read a file by its path in the repository; in the wheel it lies in the package ``bot``."""
    package = Path(str(files("bot")))
    packaged = package / name
    return (packaged if packaged.exists() else package.parent / name).read_text(encoding="utf-8")
