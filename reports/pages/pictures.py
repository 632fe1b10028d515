"""Charts as SVG, drawn on the server. Letters are drawn as outlines, so that Chinese shows without any font."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from math import pi
from typing import Any

import networkx as nx
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.dates import AutoDateLocator, DateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from reports.api.ports import HistoryPoint

_INK, _BLUE, _LINE = "#1c2733", "#2f5496", "#c9d1da"
_BEST = 100


@cache
def _letters(size: float) -> FontProperties:
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as font:
        return FontProperties(fname=str(font), size=size)


def radar(sides: Sequence[tuple[str, float | None]]) -> bytes:
    """Named values of 0 to 100 around a circle; a side without a value is left open."""
    figure = Figure(figsize=(4.2, 3.8))
    axes = figure.add_axes((0.25, 0.14, 0.5, 0.72), projection="polar")
    angles = [2 * pi * place / len(sides) for place in range(len(sides))]
    values = [float("nan") if value is None else value for _, value in sides]
    axes.set_theta_offset(pi / 2)  # type: ignore[attr-defined]
    axes.set_theta_direction(-1)  # type: ignore[attr-defined]
    axes.set_ylim(0, _BEST)
    axes.set_yticks([25, 50, 75, 100], labels=[])
    axes.tick_params(axis="x", pad=14)
    axes.set_xticks(angles, labels=[name for name, _ in sides], fontproperties=_letters(9), color=_INK)
    axes.plot([*angles, angles[0]], [*values, values[0]], color=_BLUE, linewidth=2, marker="o", markersize=4)
    if all(value is not None for _, value in sides):
        axes.fill([*angles, angles[0]], [*values, values[0]], color=_BLUE, alpha=0.15)
    axes.grid(color=_LINE)
    return _svg(figure)


def history(points: Sequence[HistoryPoint]) -> bytes:
    """The score over the days, with the grade where it changes."""
    figure = Figure(figsize=(4.2, 2.6))
    axes = figure.add_axes((0.12, 0.18, 0.84, 0.74))
    scored = [point for point in points if point.score is not None]
    days = date2num([point.business_date for point in scored])
    scores = [float(point.score or 0) for point in scored]
    axes.plot(days, scores, color=_BLUE, linewidth=2, drawstyle="steps-post")
    axes.xaxis_date()
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=6, interval_multiples=False))
    axes.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))
    before = None
    for day, score, point in zip(days, scores, scored, strict=True):
        if point.grade != before:
            axes.annotate(point.grade or "", (day, score), fontproperties=_letters(9), color=_INK)
            before = point.grade
    axes.set_ylim(0, 1000)
    axes.grid(color=_LINE)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(_letters(8))
    figure.autofmt_xdate(rotation=30)
    return _svg(figure)


_MARKS: dict[str, dict[str, Any]] = {
    "present": {"marker": "o", "color": _BLUE},
    "missing": {"marker": "X", "color": "#a3221c"},
    "refused": {"marker": "X", "color": "#7a5200"},
    "unknown": {"marker": "o", "color": "#7c8894", "markerfacecolor": "#ffffff"},
    "not_due": {"marker": "|", "color": "#7c8894"},
}
"""How a stage is drawn by its state: told apart by its form, not by colour alone."""


def stages(rows: Sequence[tuple[str, Sequence[tuple[str, str]]]], columns: Sequence[str]) -> bytes:
    """Documents as lines along their stages: per document its name, and per stage its state and what stands below."""
    height = 0.62 + 0.42 * len(rows)
    figure = Figure(figsize=(9.2, height))
    axes = figure.add_axes((0.2, 0.0, 0.79, 1 - 0.42 / height))
    axes.hlines(range(len(rows)), 0, len(columns) - 1, color=_LINE, linewidth=1, zorder=1)
    for state, marks in _MARKS.items():
        where = [(x, y) for y, (_, told) in enumerate(rows) for x, (one, _) in enumerate(told) if one == state]
        axes.plot([x for x, _ in where], [y for _, y in where], linestyle="", markersize=8, zorder=2, **marks)
    for line, (name, told) in enumerate(rows):
        axes.text(-0.45, line, name, ha="right", va="center", fontproperties=_letters(8), color=_INK)
        for place, (_, below) in enumerate(told):
            axes.text(place, line + 0.38, below, ha="center", va="center", fontproperties=_letters(7), color="#4a5663")
    for place, name in enumerate(columns):
        axes.text(place, -0.75, name, ha="center", va="center", fontproperties=_letters(9), color=_INK)
    axes.set_xlim(-0.4, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.3, -0.5)
    axes.set_axis_off()
    return _svg(figure)


def bars(groups: Sequence[tuple[str, Sequence[int]]], names: Sequence[str]) -> bytes:
    """Counts side by side per group, told apart by hatching as well as by colour."""
    figure = Figure(figsize=(6.4, 2.6))
    axes = figure.add_axes((0.08, 0.14, 0.9, 0.72))
    looks = ((_LINE, ""), ("#a3221c", "//"), (_BLUE, ".."))
    width = 0.8 / max(len(names), 1)
    for place, name in enumerate(names):
        heights = [counts[place] for _, counts in groups]
        color, hatch = looks[place % len(looks)]
        lefts = [line + place * width for line in range(len(groups))]
        axes.bar(lefts, heights, width, label=name, color=color, hatch=hatch, edgecolor="#ffffff")
    axes.set_xticks([line + 0.4 - width / 2 for line in range(len(groups))], labels=[name for name, _ in groups])
    axes.legend(prop=_letters(8), frameon=False, ncols=len(names), loc="lower left", bbox_to_anchor=(0, 1))
    axes.grid(axis="y", color=_LINE)
    axes.set_axisbelow(True)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(_letters(8))
    return _svg(figure)


def network(ties: Sequence[tuple[str, Sequence[str]]], about: str) -> bytes:
    """Enterprises, and between them what they share: per tie its kind and its holders. One enterprise stands out."""
    graph = nx.Graph()
    graph.add_node(about)
    for number, (_, holders) in enumerate(ties):
        graph.add_edges_from((number, holder) for holder in holders)
    places = nx.kamada_kawai_layout(graph)
    figure = Figure(figsize=(5.4, 3.6))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    for left, right in graph.edges:
        axes.plot(*zip(places[left], places[right], strict=True), color=_LINE, linewidth=1.5, zorder=1)
    frame: dict[str, Any] = {"boxstyle": "round,pad=0.4", "facecolor": "#ffffff", "edgecolor": _LINE}
    for node in graph.nodes:
        is_party = isinstance(node, str)
        drawn = {**frame, "facecolor": _BLUE, "edgecolor": _BLUE} if is_party else frame
        drawn = {**drawn, "edgecolor": _INK, "linewidth": 2.5} if node == about else drawn
        text = f"…{node[-8:]}" if is_party else ties[node][0]
        color = "#ffffff" if is_party else _INK
        x, y = places[node]
        axes.text(x, y, text, ha="center", va="center", fontproperties=_letters(8), color=color, bbox=drawn)
    axes.margins(0.15)
    axes.set_axis_off()
    return _svg(figure)


def _svg(figure: Figure) -> bytes:
    """The figure as SVG, the same bytes for the same figure.

    One thread draws: settings of the library are global, and every thread that draws reads the fonts anew.
    """
    return _PEN.submit(_drawn, figure).result()


_PEN = ThreadPoolExecutor(1, thread_name_prefix="pictures")


def warm_up() -> None:
    """Read fonts and what else the first picture of a process waits for."""
    today = date(2026, 1, 1)
    points = [_Point(today, 500), _Point(today + timedelta(days=1), 600)]
    radar([("信", 1.0), ("级", 2.0), ("X", 3.0)])
    history(points)


@dataclass(frozen=True, slots=True)
class _Point:
    business_date: date
    score: int | None
    grade: str | None = "A"
    status: str = "normal"
    decision_id: str = ""


def _drawn(figure: Figure) -> bytes:
    stream = BytesIO()
    with rc_context({"svg.hashsalt": "xinji", "svg.fonttype": "path"}):
        FigureCanvasSVG(figure).print_svg(stream, metadata={"Date": None, "Creator": "Xinji"})
    return stream.getvalue()
