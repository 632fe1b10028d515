"""Folders for work in progress, which a killed run leaves behind and the next run clears away."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_LOCK = "in-use"


@contextmanager
def working_folder(root: Path) -> Iterator[Path]:
    """A folder of one's own under ``root``, removed at the end.

    It lies in the lake, so that a finished file can be renamed into place. A lock that dies with its process tells a
    folder in use from one left behind.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / _LOCK).open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)  # nobody clears while a folder is there but not locked yet
        _clear_left_behind(root)
        folder = Path(tempfile.mkdtemp(dir=root))
        lock = (folder / _LOCK).open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    with lock:
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def _clear_left_behind(root: Path) -> None:
    for folder in root.iterdir():
        if not folder.is_dir():
            continue
        lock = folder / _LOCK
        if not lock.exists():
            shutil.rmtree(folder)
            continue
        with lock.open("r+") as stream:
            if _is_free(stream):
                shutil.rmtree(folder)


def _is_free(stream: IO[str]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
