"""Questions that take their time: each is looked up once, beside the one who asks, and its answer is kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunningError
from threading import Lock
from typing import Any, Generic, TypeVar

from reports.pages.ports import BeingLookedUpError

Answer = TypeVar("Answer")

AT_ONCE = 2
"""Looks that run beside each other; more wait for these."""


class Lookups(Generic[Answer]):
    """Answers by question.

    Parameters
    ----------
    look:
        Looks a question up. Whatever its answer hangs on is part of the question, so that none can be stale.
    remembered:
        Answers that are kept, the latest asked for.
    """

    def __init__(self, look: Callable[..., Answer], remembered: int) -> None:
        self._look, self._remembered = look, remembered
        self._asked: OrderedDict[tuple[Any, ...], Future[Answer]] = OrderedDict()
        self._pool, self._lock = ThreadPoolExecutor(AT_ONCE), Lock()

    def answer(self, question: tuple[Any, ...], patience: float | None) -> Answer:
        """The answer to a question; None of patience waits for it however long it takes.

        Raises
        ------
        BeingLookedUpError
            When so many seconds have passed. Asked again, it goes on with the same look.
        """
        future = self._future(question)
        try:
            return future.result(patience)
        except StillRunningError:
            if future.done():
                raise
            raise BeingLookedUpError from None
        finally:
            if future.done() and future.exception() is not None:
                self._forget(question)

    def _future(self, question: tuple[Any, ...]) -> Future[Answer]:
        with self._lock:
            if question not in self._asked:
                self._asked[question] = self._pool.submit(self._look, *question)
            self._asked.move_to_end(question)
            while len(self._asked) > self._remembered:
                self._asked.popitem(last=False)
            return self._asked[question]

    def _forget(self, question: tuple[Any, ...]) -> None:
        with self._lock:
            self._asked.pop(question, None)
