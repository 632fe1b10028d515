"""Where a model was made: the commit of the checkout, Python, and the packages its numbers depend on."""

from __future__ import annotations

import platform
from importlib.metadata import version as installed
from pathlib import Path

DEPENDED_ON = ("lightgbm", "numpy", "pandas", "scikit-learn", "scipy")
"""Packages whose version can change a number."""


def provenance_tags() -> dict[str, str]:
    """Tags of a run; ``git_commit`` is empty outside a checkout, and ``git_clean`` says whether it tells all."""
    commit, is_clean = _commit()
    packages = {f"package.{name}": installed(name) for name in DEPENDED_ON}
    return {"git_commit": commit, "git_clean": is_clean, "python": platform.python_version(), **packages}


def _commit() -> tuple[str, str]:
    import git  # noqa: PLC0415 - comes with MLflow and is not needed before it

    try:
        with git.Repo(Path(__file__), search_parent_directories=True) as repository:
            return str(repository.head.commit.hexsha), str(not repository.is_dirty()).lower()
    except (git.exc.GitError, ValueError, OSError):
        return "", ""
