"""Pictures of a pack as SVG text to put inside a page. Same figures, same bytes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from models.validation.sample import GRADES
from models.validation.wording import KINDS

_INK, _BLUE, _GREY, _RED = "#1f2933", "#1d5f8a", "#9aa5b1", "#b3261e"


def pack_plots(pack: Mapping[str, Any]) -> dict[str, str]:
    """SVG by name: ``cap``, ``calibration``, ``subgroups``, ``drift``, ``migration``, ``feeds``."""
    return {
        "cap": _cap(pack),
        "calibration": _calibration(pack),
        "subgroups": _subgroups(pack),
        "drift": _drift(pack),
        "migration": _migration(pack),
        "feeds": _feeds(pack),
    }


def _cap(pack: Mapping[str, Any]) -> str:
    figure, axes = _blank(4.4, 4.0)
    shares = pack["events"] / pack["rows"] if pack["rows"] else 0.0
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label="随机 random")
    axes.plot([0, shares, 1], [0, 1, 1], color=_GREY, linestyle=":", label="理想 perfect")
    points = np.array(pack["discrimination"]["cap"])
    axes.plot(points[:, 0], points[:, 1], color=_BLUE, linewidth=2, label="本版本 this version")
    axes.set(
        xlabel="样本比例，风险高者在前 share of rows, riskiest first",
        ylabel="捕获事件比例 share of events caught",
        xlim=(0, 1),
        ylim=(0, 1.02),
    )
    axes.legend(frameon=False, loc="lower right")
    return _svg(figure)


def _calibration(pack: Mapping[str, Any]) -> str:
    """Per grade the expected rate, and the seen one with its Jeffreys interval."""
    figure, axes = _blank(4.8, 4.0)
    found = [one for one in pack["calibration"]["per_grade"] if one["test"]["rows"]]
    places = np.arange(len(found))
    tests = [one["test"] for one in found]
    seen = np.array([test["events"] / test["rows"] for test in tests])
    low, high = (np.array([test[name] for test in tests]) for name in ("low", "high"))
    spread = np.abs(np.vstack([seen - np.minimum(low, seen), np.maximum(high, seen) - seen]))
    axes.errorbar(places - 0.08, seen, yerr=spread, fmt="o", color=_INK, capsize=3, label="实际（95 % Jeffreys） seen")
    expected = [test["expected"] / test["rows"] for test in tests]
    axes.plot(places + 0.08, expected, "D", color=_BLUE, label="预期 expected")
    axes.set_xticks(places, [f"{one['grade']}\n{one['test']['rows']}" for one in found])
    axes.set(
        ylabel="不良事件率 adverse events per enterprise", xlabel="按分数的等级与企业数 grade by score, enterprises"
    )
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="upper left")
    return _svg(figure)


def _subgroups(pack: Mapping[str, Any]) -> str:
    groups = pack["subgroups"][::-1]
    figure, axes = _blank(5.2, 0.5 + 0.42 * max(len(groups), 2))
    places = np.arange(len(groups))
    axes.axvline(1.0, color=_GREY)
    for bound in pack["limits"]["expected_to_observed"]:
        axes.axvline(bound, color=_RED, linestyle=":")
    axes.plot([group["expected_to_observed"] for group in groups], places, "o", color=_BLUE)
    axes.set_yticks(places, [f"{' '.join(KINDS[group['name']])} ({group['enterprises']})" for group in groups])
    axes.set_xscale("log", base=2)
    axes.set_xticks([0.5, 1, 2], ["0.5", "1", "2"])
    axes.set(xlabel="预期/实际 expected over observed events")
    axes.margins(y=0.2)
    return _svg(figure)


def _drift(pack: Mapping[str, Any]) -> str:
    margin = {"feature": "得分 score", **pack["stability"]["margin"]}
    found = [margin, *pack["stability"]["features"][:10]][::-1]
    figure, axes = _blank(5.6, 0.6 + 0.3 * len(found))
    places = np.arange(len(found))
    colours = [_RED if one["is_beyond_luck"] else _BLUE for one in found]
    axes.barh(places, [one["index"] for one in found], color=colours, height=0.6)
    axes.plot(
        [one["bound"] for one in found],
        places,
        "|",
        color=_INK,
        markersize=12,
        label="随机界限 luck explains up to here",
    )
    axes.set_yticks(places, [one["feature"] for one in found])
    axes.set(xlabel="稳定性指数 population stability index")
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1))
    return _svg(figure)


def _migration(pack: Mapping[str, Any]) -> str:
    counts = np.array(pack["migration"]["counts"], dtype=float)
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    figure, axes = _blank(4.2, 3.8)
    names = list(map(str, GRADES))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.argwhere(counts > 0):
        colour = "white" if shares[row, column] > 0.5 else _INK
        axes.text(column, row, f"{shares[row, column]:.0%}", ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="一个月后 a month later", ylabel="之前 before")
    return _svg(figure)


def _feeds(pack: Mapping[str, Any]) -> str:
    found = sorted(pack["feeds"], key=lambda one: (one["mean_move"], one["table"]))[-12:]
    figure, axes = _blank(5.2, 0.6 + 0.3 * max(len(found), 2))
    places = np.arange(len(found))
    axes.barh(places, [one["regraded"] for one in found], color=_GREY, height=0.6, label="改级 another grade")
    axes.barh(places, [one["fallen"] for one in found], color=_RED, height=0.3, label="其中变差 of these worse")
    axes.set_yticks(places, [one["table"] for one in found])
    axes.set(xlabel="样本比例 share of rows")
    axes.legend(frameon=False, loc="lower right")
    return _svg(figure)


def _blank(width: float, height: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure) -> str:
    """The drawing without the XML head; text stays text, and identifiers do not depend on chance."""
    stream = io.StringIO()
    drawing = mpl.rc_context({"svg.hashsalt": "xinji", "svg.fonttype": "none", "font.size": 9})
    with drawing, warnings.catch_warnings():
        FigureCanvasSVG(figure)
        # Text stays text, and the page's own fonts draw it: that the picture's font lacks Chinese does not matter.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    return text[text.index("<svg") :]
