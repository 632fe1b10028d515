"""A second opinion without rules: who is unlike its peers or unlike itself, and in what."""

from models.anomaly.oddities import Oddity
from models.anomaly.opinion import Anomaly, second_opinion

__all__ = ["Anomaly", "Oddity", "second_opinion"]
