"""The pack as one page that needs nothing else: no script, no address, pictures inside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.validation.gates import GateResult
from models.validation.pack import pack_digest
from models.validation.plots import pack_plots
from models.validation.sample import GRADES
from models.validation.wording import KINDS, gate_words

_TEMPLATES = Path(__file__).parent / "templates"


def pack_page(pack: Mapping[str, Any], result: GateResult) -> str:
    """HTML with headings in both languages."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = _figure
    environment.filters["share"] = _share
    environment.filters["gate"] = gate_words
    environment.filters["kind"] = KINDS.__getitem__
    template = environment.get_template("pack.html")
    grades = list(map(str, GRADES))  # a pack that was read back has its names in the order of the alphabet
    return template.render(pack=pack, result=result, plots=pack_plots(pack), digest=pack_digest(pack), grades=grades)


def _figure(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"
