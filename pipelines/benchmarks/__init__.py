"""How fast and how good, measured against a floor of the same run. Never a timed assertion, always a ratio."""

from pipelines.benchmarks.measuring import Figure, Report, measured

__all__ = ["Figure", "Report", "measured"]
