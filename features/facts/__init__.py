"""Official facts and adverse events, as known at (D, K)."""

from features.facts.official import official_facts
from features.facts.outcomes import adverse_events

__all__ = ["adverse_events", "official_facts"]
