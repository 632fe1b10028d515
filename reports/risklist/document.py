"""The list as JSON for other systems, and the manifest that says what belongs to a day and that it is whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from expectations.vocabulary.digest import canonical_json
from reports.risklist.rows import RiskList

SCHEMA = "cn.xinji.risklist.v2"


def list_to_json(risk_list: RiskList) -> dict[str, Any]:
    """The list as plain JSON values."""
    return {
        "schema": SCHEMA,
        **asdict(risk_list),
        "is_stale": risk_list.stale is not None,
        "overdue": risk_list.overdue,
    }


def render_json(risk_list: RiskList) -> bytes:
    """The list as canonical JSON bytes: the form that is the same to the byte wherever it is made."""
    return (canonical_json(list_to_json(risk_list)) + "\n").encode("utf-8")


def manifest(risk_list: RiskList, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What belongs to a day's list: every file with its size and sha256. The signature goes over this."""
    return {
        "schema": SCHEMA,
        "business_date": risk_list.business_date,
        "known_at": risk_list.known_at,
        "wanted": risk_list.stale.wanted if risk_list.stale else risk_list.business_date,
        "is_stale": risk_list.stale is not None,
        "policy_digest": risk_list.policy_digest,
        "model": risk_list.model,
        "files": [
            {"path": name, "bytes": len(content), "sha256": sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        ],
    }


def manifest_faults(text: str, files: Mapping[str, bytes]) -> list[str]:
    """What does not agree between a manifest and the files beside it, in words; empty when it is whole."""
    listed = {one["path"]: one for one in json.loads(text)["files"]}
    faults = [f"{name} is missing" for name in listed.keys() - files.keys()]
    faults += [f"{name} is not in the manifest" for name in files.keys() - listed.keys()]
    for name in listed.keys() & files.keys():
        if sha256(files[name]).hexdigest() != listed[name]["sha256"]:
            faults.append(f"{name} is not what the manifest says")
    return sorted(faults)
