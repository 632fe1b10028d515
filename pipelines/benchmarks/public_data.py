"""Public data that nobody here wrote, read as rows with an outcome, and how each is to be split.

Sources and licences lie with the data. Nothing of them is shipped with the product, and nothing here is tuned to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold

from models.scorer.protocol import FloatArray

Rows = npt.NDArray[np.int64]
Split = tuple[Rows, Rows]
SPLIT_SEED = 0


@dataclass(frozen=True)
class PublicData:
    """One data set, ready for a contest.

    Attributes
    ----------
    features, outcome:
        Numbers and words; 1.0 for the adverse outcome. Shape (n, k) and (n,).
    splits:
        Pairs of (rows to learn from, rows to be judged on).
    protocol, reference:
        How it is split, and what is known of others' figures, in words.
    period:
        When each row was; None where the rows have no time.
    lookup:
        A key per row whose outcome a table without any model could remember; None where there is no such leak.
    """

    name: str
    features: pd.DataFrame
    outcome: FloatArray
    splits: tuple[Split, ...]
    protocol: str
    reference: str
    period: FloatArray | None = None
    lookup: npt.NDArray[np.object_] | None = None


def public_data(folder: Path, wanted: list[str]) -> Iterator[PublicData | str]:
    """The data sets asked for, in order; the name of one whose files are not there."""
    for name in wanted:
        path = folder / name / _FILES[name]
        yield _READERS[name](path) if path.exists() else name


def _polish(path: Path) -> PublicData:
    table = pd.read_parquet(path)
    outcome = _real(table.iloc[:, -1].astype(int))
    return PublicData(
        "polish_bankruptcy",
        table.iloc[:, :-1].astype("float64"),
        outcome,
        _folds(outcome, repeats=2),
        "5year, 2 x 5-fold stratified",
        "LightGBM .958, XGBoost .961, best ensemble .963 on a hold-out (doi 10.1111/exsy.13599)",
    )


def _german(path: Path) -> PublicData:
    table = pd.read_csv(path)
    outcome = _real(table["creditability"] == "bad")
    features = table.drop(columns="creditability")
    folds = _folds(outcome, repeats=5)
    return PublicData("german_credit", features, outcome, folds, "5 x 5-fold stratified", "LightGBM defaults .770")


_SCMS_NUMBERS = ("Line Item Quantity", "Line Item Value", "Pack Price", "Unit Price", "Unit of Measure (Per Pack)")
_SCMS_WORDS = (
    "Country", "Managed By", "Fulfill Via", "Vendor INCO Term", "Shipment Mode", "Product Group", "Sub Classification",
    "Vendor", "Molecule/Test Type", "Brand", "Dosage", "Dosage Form", "Manufacturing Site", "First Line Designation",
)  # fmt: skip
_SCMS_EARLIER = 0.7


def _scms(path: Path) -> PublicData:
    """Late: delivered to the client after the scheduled day. Only what is known when the order is placed is used."""
    table = pd.read_csv(path, sep="\t", encoding="latin-1")
    scheduled, delivered = (
        pd.to_datetime(table[f"{name} Date"], format="%d-%b-%y")
        for name in ("Scheduled Delivery", "Delivered to Client")
    )
    numbers = table[list(_SCMS_NUMBERS)].apply(pd.to_numeric, errors="coerce")
    day = _real(scheduled.astype("int64"))
    cut = np.quantile(day, _SCMS_EARLIER)
    return PublicData(
        "scms_delivery",
        pd.concat([numbers, table[list(_SCMS_WORDS)].astype("str")], axis=1),
        _real(delivered > scheduled),
        ((np.flatnonzero(day < cut), np.flatnonzero(day >= cut)),),
        f"first {_SCMS_EARLIER:.0%} of scheduled days against the rest",
        "LightGBM defaults .796 with a split by time",
        period=day,
    )


_KOREA_NUMBERS = ("Tax Rate", "Net Mass", "Item Price")
_KOREA_LEFT_OUT = ("Declaration ID", "Date", "Fraud", "Critical Fraud")


def _korea(path: Path) -> PublicData:
    """Declarations of 2020 against April to June 2021. Prices follow goods: a table of pairs knows most answers."""
    tables = [pd.read_csv(path.with_name(f"df_syn_{part}_eng.csv"), dtype=str) for part in ("train", "test")]
    table = pd.concat(tables, ignore_index=True)
    words = table.drop(columns=[*_KOREA_LEFT_OUT, *_KOREA_NUMBERS])
    learnt = len(tables[0])
    return PublicData(
        "korea_customs",
        pd.concat([table[list(_KOREA_NUMBERS)].astype("float64"), words], axis=1),
        _real(table["Fraud"] == "1"),
        ((np.arange(learnt), np.arange(learnt, len(table))),),
        "2020 against 2021-04 to 2021-06; a synthetic copy that leaks: read it with the lookup and the unseen rows",
        "LightGBM .772; lookup of (HS6, price) .936; LightGBM on unseen pairs .592",
        period=_real(pd.to_datetime(table["Date"]).astype("int64")),
        lookup=(table["HS6 Code"] + " " + table["Item Price"]).to_numpy(dtype=object),
    )


_FILES = {
    "polish_bankruptcy": "5year.parquet",
    "german_credit": "germancredit.csv",
    "scms_delivery": "SCMS_Delivery_History_Dataset.csv",
    "korea_customs": "df_syn_train_eng.csv",
}
_READERS = {"polish_bankruptcy": _polish, "german_credit": _german, "scms_delivery": _scms, "korea_customs": _korea}
NAMES = tuple(_FILES)


def _real(column: pd.Series) -> FloatArray:
    return np.asarray(column, dtype=np.float64)


def _folds(outcome: FloatArray, repeats: int) -> tuple[Split, ...]:
    splitter = RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=SPLIT_SEED)
    return tuple(splitter.split(np.zeros(len(outcome)), outcome))
