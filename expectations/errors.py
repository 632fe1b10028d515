"""The one base of every error Xinji raises on purpose.

An error is written for the person who reads it: what was wrong, where, and what to do about it.
Each package derives its own named children; one place turns them into exit codes and HTTP answers.
"""

from __future__ import annotations

import re
from typing import Literal

_COMMAND = re.compile(r"\bxinji |--[a-z]")


class XinjiError(Exception):
    """Something a person can act on.

    Parameters
    ----------
    problem:
        What was wrong, with the place (file, row, field, id) in it.
    remedy:
        What the reader can do now. Shown after the problem.
    zh:
        Both in Chinese, for somebody at a page; every error that a page can meet has it.
    """

    def __init__(self, problem: str, remedy: str = "", *, zh: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.zh = zh

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}".strip()

    def told(self, language: Literal["zh", "en"]) -> str:
        """What was wrong and what to do, for somebody at a page: a remedy that is a command is none there."""
        if language == "zh" and self.zh:
            return self.zh
        return self.problem if _COMMAND.search(self.remedy) else str(self)


class UsageError(XinjiError):
    """The request cannot be carried out as asked: a wrong argument, file or setting. Exit code 2."""


class NotFoundError(XinjiError):
    """The thing asked for does not exist here."""


class ConflictError(XinjiError):
    """The request contradicts what is already recorded."""


class IntegrityError(XinjiError):
    """Stored bytes are not what their record says they are."""
