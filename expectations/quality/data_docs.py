"""Data Docs: a page per judged batch, built once per ingest, that asks no other machine for anything."""

from __future__ import annotations

import importlib
import json
import re
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from expectations.quality.session import great_expectations, quiet
from expectations.quality.verdict import Judgement
from expectations.vocabulary.moment import zoned

_SEALED = "<!-- sealed -->"
_HEAD = (
    "<head>"
    + _SEALED
    + """
<meta http-equiv="Content-Security-Policy" content="default-src 'self' 'unsafe-inline' data:">
<style>
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 2rem; max-width: 75rem }
table { border-collapse: collapse; margin: .5rem 0 } td, th { border: 1px solid #bbb; padding: .25rem .6rem }
th { background: #f2f2f2; text-align: left } ul { list-style: none; padding-left: 1rem }
footer { display: none } .text-success::before { content: "\\2713" } .text-danger::before { content: "\\2717" }
</style>"""
)
_REMOTE_IMAGE = re.compile(r"<img[^>]*https?://[^>]*>", re.IGNORECASE)


class DataDocs:
    """The site of all judged batches under a directory (``site/index.html``), with their results (``results/``).

    Parameters
    ----------
    directory:
        Created when the first result is added.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._context: Any = None
        self._added: list[Any] = []

    @property
    def index(self) -> Path:
        """The page to open."""
        return self.directory / "site" / "index.html"

    def add(self, result: Any, verdict: Judgement, batch: str, received_at: datetime) -> None:
        """Keep a validation result; ``build`` makes its page. The same batch again replaces its result."""
        identifiers = importlib.import_module("great_expectations.data_context.types.resource_identifiers")
        run = importlib.import_module("great_expectations.core.run_identifier").RunIdentifier(
            run_name=f"{result.suite_name} {batch[:12]}", run_time=received_at.astimezone(UTC)
        )
        result.meta["run_id"], result.meta["verdict"] = run, verdict
        # Without the moment of the check and the path of a passing file, a batch judged again gives the same result.
        for passing in ("batch_markers", "batch_spec"):
            result.meta.pop(passing, None)
        result.meta["validation_time"] = run.run_time
        key = identifiers.ValidationResultIdentifier(
            expectation_suite_identifier=identifiers.ExpectationSuiteIdentifier(name=result.suite_name),
            run_id=run,
            batch_identifier=batch,
        )
        self._open().validation_results_store.set(key, result)
        self._added.append(key)

    def build(self) -> Path:
        """Make the pages of what was added since the last build, and the index of all. Returns the index."""
        if self._added:
            self._open().build_data_docs(site_names=["site"], resource_identifiers=self._added, build_index=False)
            self._added = []
            self._seal()
            self.index.write_text(_index_page(self.directory), encoding="utf-8")
        return self.index

    def _seal(self) -> None:
        """Keep the pages from loading anything from elsewhere.

        As they come they fetch scripts, styles and a dated image from foreign servers, which tells those who looks
        at a zone's data and when.
        """
        for page in (self.directory / "site").rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            if _SEALED not in text:
                page.write_text(_REMOTE_IMAGE.sub("", text.replace("<head>", _HEAD, 1)), encoding="utf-8")

    def _open(self) -> Any:
        if self._context is None:
            self._context = quiet(
                great_expectations().get_context(mode="ephemeral", project_config=_project(self.directory))
            )
        return self._context


_OUTCOMES = {"pass": "pass 通过", "warn": "warn 提醒", "withhold": "withhold 暂缓使用"}


def _index_page(directory: Path) -> str:
    """Every judged batch, the latest first. The library's own index needs scripts from elsewhere to show anything."""
    lines = []
    for path in (directory / "results").rglob("*.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        received_at = zoned(datetime.fromisoformat(result["meta"]["run_id"]["run_time"]))
        page = Path("validations", path.relative_to(directory / "results")).with_suffix(".html").as_posix()
        outcome = _OUTCOMES[result["meta"]["verdict"]]
        lines.append((f"{received_at:%Y-%m-%d %H:%M}", result["suite_name"], path.stem[:12], outcome, quote(page)))
    rows = "\n".join(
        f'<tr><td>{escape(time)}</td><td>{escape(table)}</td><td><a href="{page}">{escape(batch)}</a></td>'
        f"<td>{outcome}</td></tr>"
        for time, table, batch, outcome, page in sorted(lines, reverse=True)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="zh">{_HEAD}<meta charset="utf-8"><title>Data Docs</title></head><body>\n'
        "<h1>Judged batches 批次质量判定</h1>\n<table><tr><th>Received 接收时间</th><th>Table 数据表</th>"
        f"<th>Batch 批次</th><th>Verdict 判定</th></tr>\n{rows}\n</table></body></html>\n"
    )


def _project(directory: Path) -> Any:
    """Results and site lie in files; everything else stays in memory."""
    types = importlib.import_module("great_expectations.data_context.types.base")
    defaults = types.InMemoryStoreBackendDefaults()
    results, site = directory / "results", directory / "site"
    defaults.stores[defaults.validation_results_store_name]["store_backend"] = _files(results)
    defaults.data_docs_sites = {
        "site": {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": _files(site),
            "site_section_builders": {"expectations": "None", "profiling": "None"},
        }
    }
    return types.DataContextConfig(store_backend_defaults=defaults, analytics_enabled=False)


def _files(directory: Path) -> dict[str, Any]:
    directory.mkdir(parents=True, exist_ok=True)
    return {
        "class_name": "TupleFilesystemStoreBackend",
        "base_directory": str(directory.resolve()),
    }
