"""Predictions of emojis for texts; knows nothing of the bot.

Every entry point of the program imports this package before any library.
"""

from typing import TYPE_CHECKING

from model.telemetry import disable_telemetry

if TYPE_CHECKING:
    from model.prediction import Prediction
    from model.predictor import Predictor

__all__ = ["Prediction", "Predictor"]

disable_telemetry()


def __getattr__(name: str) -> object:
    """Import an exported class at its first use: the command line's help needs none of them."""
    if name == "Prediction":
        from model.prediction import Prediction

        return Prediction
    if name == "Predictor":
        from model.predictor import Predictor

        return Predictor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
