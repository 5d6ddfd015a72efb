"""Predictions of emojis for texts; knows nothing of the bot."""

from model.prediction import Prediction
from model.predictor import Predictor

__all__ = ["Prediction", "Predictor"]
