"""Papers that were attached to objections: files in the lake, named by their content, never changed.

A file is on disk before the ledger tells of it, so that what is told is there. A kill in between leaves a file that
nobody is told of; the removal of retention takes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from expectations.errors import IntegrityError, NotFoundError
from expectations.intake.attachments import Paper
from expectations.vocabulary.digest import sha256_file
from pipelines.storage.lake import write_whole

FOLDER = "attachments"
"""Of the lake."""


def keep_papers(lake: Path, papers: Iterable[Paper]) -> None:
    """Put papers into the lake; the same one twice is one file."""
    for paper in papers:
        target = lake / FOLDER / paper.sha256
        if not target.exists():
            write_whole(target, paper.content)


def kept_paper(lake: Path, sha256: str) -> bytes:
    """The content of a paper that an objection names.

    Raises
    ------
    NotFoundError
        When its period has ended and it was removed.
    IntegrityError
        When the file is not what its name says.
    """
    path = lake / FOLDER / sha256
    if not path.exists():
        raise NotFoundError(
            f"The file {sha256[:12]} is not kept any more.",
            "Its digest stays on record; ask the enterprise for it.",
            zh="该文件保存期限已满，已按规定删除。如仍需要，请向企业索取。",
        )
    if sha256_file(path) != sha256:
        raise IntegrityError(
            f"{path} is not the file its name says.",
            "Restore it from a backup.",
            zh="该文件与存档时的摘要不一致，不能下载。请联系运营方从备份恢复。",
        )
    return path.read_bytes()
