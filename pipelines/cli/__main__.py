"""``python -m pipelines.cli`` is the same as ``xinji``."""

from pipelines.cli import main

main()
