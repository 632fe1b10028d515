"""Every word of the pages stands in both languages, and no translation is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import reports.pages

PAGES = Path(reports.pages.__file__).parent
OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false", "newstyle_gettext": "true"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def written() -> Iterator[str]:
    """Every message that templates and words use."""
    for template in sorted((PAGES / "templates").glob("*.html")):
        found = babel_extract(BytesIO(template.read_bytes()), ("_",), [], OPTIONS)
        yield from (str(message[0] if isinstance(message, tuple) else message) for _, _, message, _ in found)
    words = extract("python", BytesIO((PAGES / "words.py").read_bytes()), {"_message": None})
    yield from (str(message) for _, message, _, _ in words)


def catalogue() -> Catalog:
    return read_po(BytesIO((PAGES / "locale" / "zh.po").read_bytes()), locale="zh_Hans")


def test_every_message_is_translated_and_nothing_is_translated_in_vain() -> None:
    used = set(written())
    translated = {message.id for message in catalogue() if message.id}
    assert len(used) > 80
    assert used - translated == set()
    assert translated - used == set()


def test_every_translation_is_chinese_and_keeps_what_is_filled_in() -> None:
    for message in catalogue():
        if message.id:
            assert CHINESE.search(str(message.string)), message.id
            assert set(re.findall(r"%\(\w+\)s", str(message.id))) == set(re.findall(r"%\(\w+\)s", str(message.string)))


def test_templates_say_nothing_outside_the_catalogue() -> None:
    """Text between tags that no message covers would stand in one language only."""
    for template in sorted((PAGES / "templates").glob("*.html")):
        text = re.sub(r"\{[%{#].*?[%}#]\}", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        bare = re.sub(r"<(title|script|style).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
        left = re.findall(r"[A-Za-z]{3,}|[\u4e00-\u9fff]+", bare)
        assert [word for word in left if word not in {"Xinji", "信级", "Credit"}] == [], template.name
