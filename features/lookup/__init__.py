"""Single documents as of (D, K): the same views and chain steps as a run's, over the few rows that were asked for."""
