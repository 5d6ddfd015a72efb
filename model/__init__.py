"""Text in, emojis out: everything that knows text and emoji, and nothing of the bot."""

from model.predictor import Prediction, Predictor

__all__ = ["Prediction", "Predictor"]
