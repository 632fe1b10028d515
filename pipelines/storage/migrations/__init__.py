"""How the tables of a home came to be, step by step: every home is made and brought up to date by these alone.

A step is a file in ``versions/``, named ``vNNNN_what_it_does.py``. Once on main it is frozen: it names its columns
itself and imports nothing of ours, so that it means the same in ten years. A test compares what the steps make with
the tables that the code declares.
"""

from pipelines.storage.migrations.upgrading import REVISION, Upgrade, bring_up_to_date

__all__ = ["REVISION", "Upgrade", "bring_up_to_date"]
