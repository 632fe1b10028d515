"""What is shown of a day, made from the ledger alone, so that it can be made again at any time to the same bytes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.digest import canonical_json
from expectations.vocabulary.language import LANGUAGES, Language
from expectations.vocabulary.moment import zoned
from pipelines.steps.home import Home
from pipelines.steps.listing import risk_list
from pipelines.storage import decisions
from pipelines.storage.database import Database
from pipelines.storage.ledger import is_signed, signature_holds
from reports.risklist.document import manifest, manifest_faults, render_json
from reports.risklist.page import render_page
from reports.risklist.plain import render_csv
from reports.risklist.rows import RiskList
from reports.risklist.workbook import render_workbook

MANIFEST = "manifest.json"
_RENDERERS: Mapping[str, Callable[[RiskList, Language], bytes]] = {
    ".xlsx": render_workbook,
    ".html": render_page,
    ".csv": render_csv,
    ".json": lambda found, _language: render_json(found),
}


def grades_of(database: Database, business_date: date) -> dict[str, Any]:
    """Every decision that holds for a day, in the JSON shape of ``grades``."""
    with database.reading() as connection:
        run = decisions.run_for(connection, business_date)
        records = list(decisions.decisions_of(connection, business_date))
    known_at = zoned(run.known_at).isoformat() if run else None
    return {"date": business_date.isoformat(), "known_at": known_at, "grades": records}


def alerts_of(database: Database, business_date: date) -> dict[str, Any]:
    """Every alert open on a day, in the JSON shape of ``alerts``."""
    with database.reading() as connection:
        found = decisions.open_alerts(connection, business_date)
    return {"date": business_date.isoformat(), "alerts": found}


def write_reports(home: Home, business_date: date) -> tuple[Path, ...]:
    """Write every form of a day's list into ``reports/<date>``, with a manifest that is signed where a key is."""
    return write_list_of(home, risk_list(home, business_date), business_date)


def write_list_of(home: Home, found: RiskList, business_date: date) -> tuple[Path, ...]:
    """Put a list in place as that of a day: made aside, then put there by one rename."""
    files = {"risklist.json": render_json(found)}
    for language in LANGUAGES:
        for suffix, render in _RENDERERS.items():
            if suffix != ".json":
                files[f"risklist.{language}{suffix}"] = render(found, language)
    said = manifest(found, files)
    signed = home.signer.signed(said) if home.signer else said
    files[MANIFEST] = (canonical_json(signed) + "\n").encode("utf-8")
    return _put(home.reports / business_date.isoformat(), files)


def _put(target: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    aside = target.with_name(f".{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, content in files.items():
        (aside / name).write_bytes(content)
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    aside.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return tuple(target / name for name in files)


def list_faults(folder: Path, trusted: Mapping[str, str]) -> list[str]:
    """What is wrong with a published list, in words: files that are not what its manifest says, a signature that fails.

    Raises
    ------
    NotFoundError
        When the folder has no manifest.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise NotFoundError(f"{folder} has no {MANIFEST}.", "Name a folder such as reports/2026-10-31.")
    text = path.read_text(encoding="utf-8")
    files = {one.name: one.read_bytes() for one in folder.iterdir() if one.name != MANIFEST}
    faults = manifest_faults(text, files)
    content = json.loads(text)
    if is_signed(content) and not signature_holds(content, trusted):
        faults.append("the signature was not made over this manifest with a trusted key")
    return faults


def write_list(found: RiskList, out: Path, language: Language) -> None:
    """Write the list to one file; its ending says in which form.

    Raises
    ------
    UsageError
        When the ending is none of .xlsx, .html, .csv, .json.
    """
    render = _RENDERERS.get(out.suffix)
    if render is None:
        raise UsageError(f"'{out.name}' ends on no form of the list.", "Use .xlsx, .html, .csv or .json.")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(render(found, language))


def language_of(text: str) -> Language:
    """A language by its code.

    Raises
    ------
    UsageError
        When it is neither zh nor en.
    """
    for language in LANGUAGES:
        if text == language:
            return language
    raise UsageError(f"'{text}' is no language of the list.", "Use zh or en.")
