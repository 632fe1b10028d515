"""Hostile CSV files: every row is accounted for, and a broken row costs no other."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from expectations.intake import csv_reader
from expectations.intake.landing import _BLOCK
from expectations.intake.records import LONGEST_RECORD

HEADER = "pay_code,pay_txn_id,platform_uscc,order_no,payer_token,amount,currency,paid_at"


def line(number: int, payer: str = "t1") -> str:
    return f"P1,X{number},91659007MA7TETA132,O{number},{payer},1.50,CNY,2026-03-01T10:00:00"


def file(*lines: str, end: str = "\n") -> str:
    return end.join([HEADER, *lines, ""])


def codes(delivered: Any) -> list[str]:
    return [notice.code for notice in delivered.notices]


def test_a_clean_file_is_read_to_the_row(read: Any) -> None:
    delivered = read(file(line(1), line(2)))
    assert delivered.received == 2
    assert read.rows("order_no") == {1: "O1", 2: "O2"}
    assert delivered.notices == ()


def test_rows_of_a_wrong_length_are_set_aside_and_the_others_keep_their_numbers(read: Any) -> None:
    delivered = read(file(line(1), "P1,X2", line(3), line(4) + ",more", line(5)))
    assert delivered.received == 5
    assert read.rows("order_no") == {1: "O1", 3: "O3", 5: "O5"}
    assert read.malformed() == {2: "too_few_columns", 4: "too_many_columns"}
    assert [record.text for record in delivered.records_at([2, 4])] == ["P1,X2", line(4) + ",more"]


@pytest.mark.parametrize("broken", [set(), {7, 8, 4_000, 9_998}], ids=["none is broken", "some are broken"])
def test_row_numbers_hold_across_the_readers_buffers(
    read: Any, monkeypatch: pytest.MonkeyPatch, broken: set[int]
) -> None:
    lines = ["short,row" if number in broken else line(number) for number in range(1, 10_001)]
    original = csv_reader._scan_sql
    monkeypatch.setattr(
        csv_reader,
        "_scan_sql",
        lambda *args: original(*args)[:-1] + ", buffer_size = 32768, max_line_size = 16384)",
    )
    assert read(file(*lines)).received == 10_000
    assert set(read.malformed()) == broken
    assert read.rows("order_no") == {number: f"O{number}" for number in range(1, 10_001) if number not in broken}


@pytest.mark.parametrize(
    "payer",
    ["t1 ", " t1", "t1\t", "\tt1", "\u3000t1", "t1\u3000"],
    ids=["after", "before", "tab", "tab", "wide", "wide"],
)
@pytest.mark.parametrize("rows_before", [0, 1_000], ids=["in the first block", "in a later one"])
def test_white_space_around_a_value_is_noticed(read: Any, payer: str, rows_before: int) -> None:
    lines = [line(number) for number in range(rows_before)]
    assert read(file(*lines, line(1), line(2))).is_bare
    assert not read(file(*lines, line(1, payer), line(2))).is_bare


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("padded", ["{} ", " {}"])
def test_white_space_around_a_line_is_noticed(read: Any, padded: str, end: str) -> None:
    assert not read(file(line(1), padded.format(line(2)), end=end)).is_bare


def test_white_space_inside_a_value_or_in_the_header_is_none_around_one(read: Any) -> None:
    assert read(file(line(1, "t 1"), line(2, "外贸\t1")).replace(HEADER, HEADER.replace(",", ", "), 1)).is_bare


@pytest.mark.parametrize("place", [_BLOCK - 1, _BLOCK])
@pytest.mark.parametrize("edge", [" ,", ", "], ids=["after", "before"])
def test_white_space_at_the_border_of_two_blocks_is_noticed(read: Any, place: int, edge: str) -> None:
    payer = "t1 " if edge == " ," else " t1"
    missing = place - file(line(1), line(2, payer)).index(edge)
    text = file(line(1, "t1" + "x" * missing), line(2, payer))
    assert text.index(edge) == place
    assert not read(text).is_bare


def test_quoted_line_breaks_quotes_and_commas_belong_to_the_value(read: Any) -> None:
    delivered = read(file(line(1, '"a\nb ""c"", d"'), line(2)))
    assert delivered.received == 2
    assert read.rows("payer_token") == {1: 'a\nb "c", d', 2: "t1"}
    assert next(iter(delivered.records_at([1]))).text == line(1, '"a\nb ""c"", d"')


def test_a_stray_quotation_mark_costs_one_row_and_not_the_rest_of_the_file(read: Any) -> None:
    delivered = read(file(line(1), line(2, '"open'), line(3), line(4), line(5, '"open'), line(6)))
    assert delivered.received == 6
    assert set(read.rows("order_no")) == {1, 3, 4, 6}
    assert read.malformed() == {2: "broken_quotes", 5: "broken_quotes"}


def test_text_behind_a_closing_quotation_mark_is_a_fault(read: Any) -> None:
    read(file(line(1, '"ab"c'), line(2)))
    assert read.malformed() == {1: "broken_quotes"}
    assert set(read.rows("order_no")) == {2}


def test_a_quotation_mark_inside_a_bare_value_is_part_of_it(read: Any) -> None:
    read(file(line(1, '5" pipe'), line(2)))
    assert read.rows("payer_token") == {1: '5" pipe', 2: "t1"}


def test_the_patient_reader_agrees_with_the_fast_one_on_quotation_marks(read: Any) -> None:
    values = ['5" pipe', '"ab"', '""', '"a,b"', '"a""b"', "a\rb", '6"', "x"]
    lines = [line(number, value) for number, value in enumerate(values, start=1)]
    for content in (file(*lines), file(*lines, "")):  # the blank line sends the second to the patient reader
        read(content)
        found = {number: value for number, value in read.rows("payer_token").items() if number != 6}
        assert found == {1: '5" pipe', 2: "ab", 3: None, 4: "a,b", 5: 'a"b', 7: '6"', 8: "x"}


def test_a_nul_byte_sets_its_row_aside(read: Any) -> None:
    delivered = read(file(line(1, "a\0b"), line(2)))
    assert delivered.received == 2
    assert read.malformed() == {1: "nul_byte"}
    assert set(read.rows("order_no")) == {2}


def test_a_nul_byte_in_a_row_of_two_lines_sets_the_whole_row_aside(read: Any) -> None:
    delivered = read(file(line(1, '"a\0\nb"'), line(2)))
    assert delivered.received == 2
    assert read.malformed() == {1: "nul_byte"}


def test_a_field_of_a_hundred_thousand_characters_is_read(read: Any) -> None:
    read(file(line(1, "长" * 100_000), line(2)))
    assert read.rows("payer_token")[1] == "长" * 100_000


def test_a_row_of_more_than_a_million_characters_is_set_aside(read: Any) -> None:
    read(file(line(1, "x" * (2 * LONGEST_RECORD)), line(2)))
    assert read.malformed() == {1: "row_too_long"}
    assert set(read.rows("order_no")) == {2}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_of_either_kind_are_read_and_leave_no_trace(read: Any, end: str) -> None:
    assert read(file(line(1), line(2), end=end)).received == 2
    assert read.rows("paid_at") == dict.fromkeys((1, 2), "2026-03-01T10:00:00")


def test_mixed_line_ends_and_blank_lines_are_read(read: Any) -> None:
    delivered = read(f"{HEADER}\r\n{line(1)}\n\n{line(2)}\r\n\r\n")
    assert delivered.received == 2
    assert read.rows("paid_at") == dict.fromkeys((1, 2), "2026-03-01T10:00:00")


def test_formula_text_stays_text(read: Any) -> None:
    read(file(line(1, "=cmd|'/c calc'!A0"), line(2, "@SUM(1)")))
    assert read.rows("payer_token") == {1: "=cmd|'/c calc'!A0", 2: "@SUM(1)"}


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("gb18030"),
        lambda text: gzip.compress(text.encode("utf-8")),
        lambda text: gzip.compress(text.encode("gb18030")),
        lambda text: gzip.compress(text[:200].encode()) + gzip.compress(text[200:].encode()),
    ],
    ids=["utf-8", "bom", "gb18030", "gz", "gz gb18030", "gz of two members"],
)
def test_the_same_text_reads_the_same_in_every_encoding(read: Any, encode: Any) -> None:
    content = encode(file(line(1, "双河市进出口有限公司"), line(2, "阿拉山口")))
    delivered = read(content, "payment.csv.gz" if content[:2] == b"\x1f\x8b" else "payment.csv")
    assert delivered.received == 2
    assert read.rows("payer_token") == {1: "双河市进出口有限公司", 2: "阿拉山口"}
    assert delivered.notices == ()


@pytest.mark.parametrize("encoding", ["big5", "latin-1", "utf-16"])
def test_a_file_in_another_encoding_is_refused_with_its_rows_counted(read: Any, encoding: str) -> None:
    text = "Müller & Söhne, café" if encoding == "latin-1" else "雙河市進出口貿易有限公司"
    delivered = read(file(line(1, text), line(2)).encode(encoding))
    assert codes(delivered) == ["unknown_encoding"]
    assert delivered.is_refused
    assert delivered.received == 2


def test_one_damaged_byte_in_a_utf8_file_is_not_taken_for_gb18030(read: Any) -> None:
    content = (
        file(line(1, "双河市进出口有限公司"), line(2)).encode().replace("市".encode(), "市".encode()[:2] + b"A", 1)
    )
    delivered = read(content)
    assert codes(delivered) == ["unknown_encoding"]


def test_the_first_doubtful_byte_is_named(read: Any) -> None:
    content = file(line(1)).encode() + b"\xff" + line(2).encode()
    assert f"byte {len(file(line(1)))}" in read(content).notices[0].words.en


def test_an_empty_file_is_refused(read: Any) -> None:
    assert codes(read(b"")) == ["empty_file"]
    assert codes(read(gzip.compress(b""), "payment.csv.gz")) == ["empty_file"]


def test_a_header_alone_brings_no_rows_and_is_no_fault(read: Any) -> None:
    delivered = read(HEADER + "\n")
    assert (delivered.received, delivered.is_refused) == (0, False)


def test_a_last_line_without_an_end_is_remarked(read: Any) -> None:
    delivered = read(file(line(1), line(2)).removesuffix("\n"))
    assert codes(delivered) == ["last_line_open"]
    assert len(read.rows("order_no")) == 2


def test_a_file_cut_in_its_last_line_loses_that_line_only(read: Any) -> None:
    delivered = read(file(line(1), line(2))[:-40])
    assert delivered.received == 2
    assert read.malformed() == {2: "too_few_columns"}


def test_a_file_cut_inside_a_character_is_withheld_and_the_row_set_aside(read: Any) -> None:
    for encoding in ("utf-8", "gb18030"):
        content = file(line(1, "双河市进出口有限公司")).encode(encoding) + "P1,X2,进".encode(encoding)[:-1]
        delivered = read(content)
        assert codes(delivered) == ["truncated"]
        assert read.malformed() == {2: "cut_off"}
        assert set(read.rows("order_no")) == {1}


def test_a_cut_gzip_gives_the_rows_before_the_cut_and_is_withheld(read: Any) -> None:
    lines = [
        f"P{number},X{number * 7919},91659007MA7TETA132,O{number},t,1,CNY,2026-03-01T10:00:00" for number in range(5000)
    ]
    packed = gzip.compress(file(*lines).encode())
    delivered = read(packed[: len(packed) // 2], "payment.csv.gz")
    assert codes(delivered) == ["truncated"]
    assert not delivered.is_refused
    assert 1000 < delivered.received < 5000
    assert len(read.rows("order_no")) + len(read.malformed()) == delivered.received


def test_a_file_that_is_no_gzip_at_all_is_refused(read: Any) -> None:
    delivered = read(file(line(1)), "payment.csv.gz")
    assert codes(delivered) == ["unreadable"]
    assert delivered.received == 0


def test_missing_columns_refuse_the_file_and_name_the_likely_new_name(read: Any) -> None:
    delivered = read(file(line(1), line(2)).replace("order_no", "Order No").replace("currency", "cur"))
    assert delivered.is_refused
    assert delivered.received == 2
    assert delivered.notices[0].code == "columns_missing"
    assert "order_no (perhaps renamed to 'Order No')" in delivered.notices[0].words.en
    assert "currency" in delivered.notices[0].words.zh


def test_a_column_twice_refuses_the_file(read: Any) -> None:
    delivered = read(file(line(1) + ",9").replace(HEADER, HEADER + ",amount"))
    assert "columns_repeated" in codes(delivered)
    assert delivered.is_refused


def test_an_unknown_column_is_left_out_and_told(read: Any) -> None:
    delivered = read(file(line(1) + ",13800138000").replace(HEADER, HEADER + ",buyer_mobile"))
    assert codes(delivered) == ["columns_unknown"]
    assert not delivered.is_refused
    assert "buyer_mobile" not in delivered.fields


def test_a_renamed_optional_column_refuses_the_file_since_null_would_be_a_silent_default(read: Any) -> None:
    delivered = read(file(line(1) + ",2026-03-02T00:00:00").replace(HEADER, HEADER + ",anulled_at"))
    assert "columns_renamed" in codes(delivered)
    assert delivered.is_refused


def test_columns_may_come_in_any_order_with_spaces_around(read: Any) -> None:
    names = HEADER.split(",")[::-1]
    delivered = read(" , ".join(names) + "\n" + ",".join(line(1).split(",")[::-1]) + "\n")
    assert delivered.received == 1
    assert read.rows("order_no") == {1: "O1"}


def test_the_delivered_file_is_left_as_it_is(read: Any, tmp_path: Path) -> None:
    content = file(line(1, "双河市进出口有限公司")).encode("gb18030")
    read(content)
    assert (tmp_path / "payment.csv").read_bytes() == content
