"""The AsyncAPI document: whole in itself, of every type there is, and told to anybody."""

from __future__ import annotations

import ast
import asyncio
import json
import re
from pathlib import Path
from typing import Any

from pipelines.storage.outbox import NewMessage
from reports.messages.document import asyncapi
from reports.messages.kinds import MESSAGES, MessageKind
from tests.unit.reports.api.conftest import Api

PIPELINES = Path(__file__).resolve().parents[4] / "pipelines"


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = asyncapi("1")
    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))
    assert len(references) > 12
    for one in references:
        found: Any = document
        for step in one.split("/"):
            found = found[step]
        assert found


def test_the_document_tells_of_every_type_of_message() -> None:
    assert set(asyncapi("1")["components"]["messages"]) == set(MessageKind) == set(MESSAGES)


def test_a_message_takes_its_type_from_the_one_list_of_them() -> None:
    made = [
        node.args[0]
        for file in PIPELINES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == NewMessage.__name__
    ]
    assert len(made) == len(MessageKind)
    assert {ast.unparse(one) for one in made} == {f"MessageKind.{kind.name}.value" for kind in MessageKind}


def test_anybody_may_read_it() -> None:
    answer = asyncio.run(Api().ask("GET", "/asyncapi.json", None))
    assert answer.json()["asyncapi"] == "3.0.0"
