from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.contracts.catalog import load_contract
from expectations.contracts.checks import checked_relation_sql
from expectations.errors import UsageError
from expectations.intake.manifest import read_manifest
from expectations.vocabulary.digest import sha256_file
from expectations.vocabulary.uscc import fault, is_surrogate
from pipelines.sources.adapter import Translation, adapter_named

SHIPPED = Path(__file__).parents[4] / "data" / "korea_customs"
HEADER = (
    "Declaration ID,Date,Office ID,Process Type,Import Type,Import Use,Payment Type,Mode of Transport,Declarant ID,"
    "Importer ID,Seller ID,Courier ID,HS6 Code,Country of Departure,Country of Origin,Tax Rate,Tax Type,"
    "Country of Origin Indicator,Net Mass,Item Price,Fraud,Critical Fraud"
)
PARTS = ("train", "valid", "test")


def row(number: str, day: str = "2020-01-05", **changes: str) -> str:
    values = {
        "office": "40",
        "importer": "IMP0001",
        "seller": "SEL0001",
        "departure": "DE",
        "origin": "FR",
        "mass": "2.5",
        "price": "1000.005",
        "critical": "0",
        **changes,
    }
    fraud = "0" if values["critical"] == "0" else "1"
    return (
        f"{number},{day},{values['office']},B,15,21,11,40,DEC0001,{values['importer']},{values['seller']},,090121,"
        f"{values['departure']},{values['origin']},8.0,A,G,{values['mass']},{values['price']},{fraud},"
        f"{values['critical']}"
    )


def translated(folder: Path, *rows: str, out: str = "out") -> Translation:
    folder.mkdir(exist_ok=True)
    for part, lines in zip(PARTS, (rows, (), ()), strict=True):
        (folder / f"df_syn_{part}_eng.csv").write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return adapter_named("korea_customs").translate(folder, folder / out)


def landed(translation: Translation, table: str) -> list[dict[str, Any]]:
    """All rows of a table over the batches, as texts."""
    found = []
    for manifest in translation.manifests:
        path = manifest.with_name(f"{table}.parquet")
        if path.exists():
            cursor = duckdb.execute(f"select * from read_parquet('{path}')")
            names = [column[0] for column in cursor.description or ()]
            found += [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return found


def faults(translation: Translation, table: str) -> dict[str, int]:
    """How many rows break the contract of the dictionary's table, by fault."""
    contract = load_contract(table)
    files = [str(one.with_name(f"{table}.parquet")) for one in translation.manifests]
    with duckdb.connect() as connection:
        names = {name for name, *_ in connection.execute(f"describe from read_parquet({files})").fetchall()}
        fields = ", ".join(
            f'"{name}"' if name in names else f'cast(null as varchar) as "{name}"' for name in contract.field_names
        )
        connection.execute(
            f"create view raw as select row_number() over () as source_row, {fields} from read_parquet({files})"
        )
        counted = connection.execute(
            f"select unnest(faults) as fault, count(*) from ({checked_relation_sql(contract, 'raw')}) group by fault"
        ).fetchall()
    return dict(counted)


def test_a_row_becomes_a_declaration_its_line_and_its_inspection(tmp_path: Path) -> None:
    translation = translated(tmp_path / "in", row("12345678"))
    (declaration,) = landed(translation, "declaration")
    (line,) = landed(translation, "declaration_line")
    (inspection,) = landed(translation, "inspection")
    assert declaration["entry_id"] == line["entry_id"] == inspection["document_no"] == "004020201012345678"
    assert (declaration["amount"], declaration["currency"], declaration["country"]) == ("1000.01", "KRW", "DE")
    assert (declaration["amount_cny"], declaration["amount_usd"]) == ("5.95", "0.90")  # / 168.10, / 6.5755
    assert (line["hs_code"], line["quantity"], line["price"]) == ("0901210000", "2.50000", "400.00400")
    assert (line["origin_country"], line["line_total"]) == ("FR", "1000.01")


@pytest.mark.parametrize("table", ["declaration", "declaration_line", "inspection"])
def test_what_is_written_keeps_the_contract_of_its_table(tmp_path: Path, table: str) -> None:
    heavy = row("22222222", mass="204120.0", price="196669620.0")
    assert faults(translated(tmp_path / "in", row("12345678"), heavy), table) == {}


@pytest.mark.parametrize(
    ("critical", "result", "handed_over"),
    [("0", "no_difference", "none"), ("1", "price", "regulation"), ("2", "prohibited", "anti_smuggling")],
)
def test_fraud_is_a_finding_that_was_handed_over(tmp_path: Path, critical: str, result: str, handed_over: str) -> None:
    (inspection,) = landed(translated(tmp_path / "in", row("12345678", critical=critical)), "inspection")
    assert (inspection["result"], inspection["handed_over"]) == (result, handed_over)
    assert inspection["reason"] == "targeted"
    assert "selection_probability" not in inspection


def test_an_unknown_outcome_is_quarantined_and_never_taken_for_innocent(tmp_path: Path) -> None:
    found = faults(translated(tmp_path / "in", row("12345678", critical="7")), "inspection")
    assert set(found) == {"code:result", "code:handed_over"}


def test_a_line_without_mass_has_no_price_and_waits_in_quarantine(tmp_path: Path) -> None:
    translation = translated(tmp_path / "in", row("12345678", mass="0.0"))
    assert faults(translation, "declaration_line") == {"required:price": 1}
    assert faults(translation, "declaration") == {}


def test_what_is_no_number_or_date_stays_as_it_is_and_is_found(tmp_path: Path) -> None:
    translation = translated(tmp_path / "in", row("12345678", price="1x"), row("22222222", day="2020-02-30"))
    assert [one["amount"] for one in landed(translation, "declaration")] == ["1x", "1000.01"]
    assert "undated" in {manifest.parent.name for manifest in translation.manifests}
    assert translation.written["declaration"] == 2
    assert faults(translation, "declaration")["required:declared_at"] == 1


def test_the_same_importer_is_the_same_enterprise_with_a_marked_code(tmp_path: Path) -> None:
    rows = (row("11111111"), row("22222222"), row("33333333", importer="IMP0002"))
    codes = [one["uscc"] for one in landed(translated(tmp_path / "in", *rows), "declaration")]
    assert codes[0] == codes[1] != codes[2]
    assert all(fault(code) is None and is_surrogate(code) for code in codes)


def test_each_row_was_known_a_documented_while_after_it_happened(tmp_path: Path) -> None:
    translation = translated(tmp_path / "in", row("12345678"))
    (declaration,) = landed(translation, "declaration")
    (inspection,) = landed(translation, "inspection")
    moments = [declaration["declared_at"], declaration["received_at"], inspection["inspected_at"]]
    moments.append(inspection["received_at"])
    assert moments == [f"2020-01-0{day}:00:00+08" for day in ("5 09", "6 02", "6 09", "7 02")]


def test_batches_are_months_with_a_manifest_that_ingest_accepts(tmp_path: Path) -> None:
    rows = (row("11111111", day="2020-02-10"), row("22222222", day="2020-01-31"))
    translation = translated(tmp_path / "in", *rows)
    manifests = [read_manifest(path) for path in translation.manifests]
    assert [one.batch_id for one in manifests] == ["2020-01", "2020-02"]
    assert manifests[0].produced_at == datetime.fromisoformat("2020-02-02T02:00:00+08:00")
    for path, manifest in zip(translation.manifests, manifests, strict=True):
        assert {file.table for file in manifest.files} == {"declaration", "declaration_line", "inspection"}
        assert all(sha256_file(path.parent / file.path) == file.sha256 for file in manifest.files)


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [row(f"{number:08}", day=f"2020-01-{number % 28 + 1:02}") for number in range(200)]
    first, second = (translated(tmp_path / "in", *rows, out=out) for out in ("one", "two"))
    assert [path.read_bytes() for path in first.manifests] == [path.read_bytes() for path in second.manifests]


def test_a_declaration_number_that_would_repeat_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="004020201012345678"):
        translated(tmp_path / "in", row("12345678"), row("12345678", price="7.0"))


def test_every_made_up_field_is_listed_in_both_languages(tmp_path: Path) -> None:
    listed = {(one.table, one.field) for one in translated(tmp_path / "in", row("12345678")).surrogates}
    assert {("declaration", "uscc"), ("declaration", "entry_id"), ("declaration", "amount_cny")} <= listed
    assert {("inspection", "result"), ("inspection", "reason"), ("declaration_line", "hs_code")} <= listed
    assert ("declaration", "amount") not in listed and ("declaration", "country") not in listed


def test_an_altered_copy_is_noted(tmp_path: Path) -> None:
    notes = [note.en for note in translated(tmp_path / "in", row("12345678")).notes]
    assert "df_syn_train_eng.csv has 1 rows; published were 37385. It is not the published copy." in notes


def test_a_folder_without_the_files_says_which_are_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"df_syn_train_eng\.csv"):
        adapter_named("korea_customs").translate(tmp_path, tmp_path / "out")


def test_a_file_that_is_no_table_is_refused_in_words(tmp_path: Path) -> None:
    for part in PARTS:
        (tmp_path / f"df_syn_{part}_eng.csv.gz").write_bytes(gzip.compress(b"\x00\x01not a table"))
    with pytest.raises(UsageError, match="cannot be read"):
        adapter_named("korea_customs").translate(tmp_path, tmp_path / "out")


def test_an_unknown_adapter_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="korea_customs, online_retail"):
        adapter_named("atlantis")


def test_all_54000_published_rows_are_accounted_for(tmp_path: Path) -> None:
    translation = adapter_named("korea_customs").translate(SHIPPED, tmp_path)
    assert translation.source_rows == 54_000
    assert translation.written == {"declaration": 54_000, "declaration_line": 54_000, "inspection": 54_000}
    listed = [json.loads(path.read_text(encoding="utf-8"))["files"] for path in translation.manifests]
    assert sum(file["rows"] for files in listed for file in files) == 3 * 54_000
    assert [note for note in translation.notes if "published copy" in note.en] == []
    assert faults(translation, "declaration") == {} and faults(translation, "inspection") == {}
    assert faults(translation, "declaration_line") == {"required:price": 396}
