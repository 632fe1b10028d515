"""Windows of 30, 90 and 365 days over the rollups, and states as of D."""
