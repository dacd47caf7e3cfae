"""The ways of training an encoder: which parameters change, and how they become part of it."""

from feedback.training.methods.choice import METHODS, tuning
from feedback.training.methods.port import Tuning

__all__ = ["METHODS", "Tuning", "tuning"]
