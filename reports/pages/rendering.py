"""Templates, their two languages, and the headers every page goes out with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from io import BytesIO
from pathlib import PurePath
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from fastapi import Response
from fastapi.responses import RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.background import BackgroundTask

from expectations.vocabulary.language import Language
from expectations.vocabulary.moment import ZONE

SECURITY = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # without a referrer a browser hides the origin of its own forms
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "private, no-store",
}
"""No script runs on these pages, and nothing is fetched from elsewhere."""

_LOCALES: Mapping[Language, str] = {"zh": "zh_Hans_CN", "en": "en"}


@cache
def translations(language: Language) -> NullTranslations:
    """The catalogue of a language. Templates are written in English."""
    if language == "en":
        return NullTranslations()
    catalogue = read_po(BytesIO((files("reports.pages") / "locale" / "zh.po").read_bytes()), locale="zh_Hans")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("reports.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    locale = _LOCALES[language]
    environment.filters["day"] = lambda value: format_date(_as_date(value), "medium", locale=locale)
    environment.filters["moment"] = lambda value: format_datetime(
        _as_moment(value).astimezone(ZONE), "medium", tzinfo=ZONE, locale=locale
    )
    environment.filters["span"] = lambda value: span(value, language)
    environment.filters["number"] = lambda value: format_decimal(value, locale=locale)
    return environment


def span(value: timedelta, language: Language) -> str:
    """A length of time in its largest whole unit; one that runs backwards has a minus."""
    told = format_timedelta(abs(value), threshold=1.5, format="short", locale=_LOCALES[language])
    return f"−{told}" if value < timedelta() else told


def _as_date(value: date | datetime | str) -> date:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).date()
    return date.fromisoformat(value) if isinstance(value, str) else value


def _as_moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def render(template: str, language: Language, status: int = 200, **told: Any) -> Response:
    """A template as a page in a language."""
    text = _environment(language).get_template(template).render(language=language, **told)
    return Response(text, status, dict(SECURITY), "text/html; charset=utf-8")


def pictured(page: str) -> Response:
    """A page of ours that carries its style and its pictures inside. It runs nothing and asks for nothing."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
    headers = {**SECURITY, "content-security-policy": policy}
    return Response(page, headers=headers, media_type="text/html; charset=utf-8")


_MEDIA = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def document(content: bytes, name: str) -> Response:
    """A document to keep, under a name; its ending says what it is."""
    headers = {**SECURITY, "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_MEDIA[PurePath(name).suffix], headers=headers)


def to(address: str, then: Callable[[], object] | None = None) -> RedirectResponse:
    """On to another page, by getting it. ``then`` is done after the answer has left."""
    background = BackgroundTask(then) if then else None
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, dict(SECURITY), background)
