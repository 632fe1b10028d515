"""Invoices of one wholesaler: an invoice becomes an order with lines, a line of a cancelling invoice a return."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from expectations.contracts.typed import literal
from pipelines.sources.adapter import Adapter, Translation
from pipelines.sources.description import Description, read_description
from pipelines.sources.landing import add_code_maps, add_enterprises, count_notes, find_file, workbench, write_batches

SELLER = "seller"


@cache
def description() -> Description:
    """What ``source.yml`` says."""
    return read_description(Path(__file__).with_name("source.yml"))


_LINES = """
create table invoice_lines as
select
    published.* exclude ("InvoiceDate", "CustomerID", "Country"),
    enterprise_of.uscc,
    -- The file holds customer numbers as decimals, since some are missing.
    cast(cast("CustomerID" as bigint) as varchar) as customer,
    if(known.code is null, "Country", nullif(known.to_code, '')) as country,
    -- The clock on the invoice is the seller's.
    timezone('Europe/London', "InvoiceDate") as ordered_at,
    coalesce(strftime("InvoiceDate", '%Y-%m'), 'undated') as batch,
    row_number() over (partition by "InvoiceNo" order by file_row_number) as line_no,
    as_money(cast("Quantity" as double) * cast("UnitPrice" as double)) as line_total
from published
cross join enterprise_of
left join code_map as known on known.list = 'country' and known.code = "Country";

create table order_lines as
from invoice_lines where "InvoiceNo" not like 'C%' order by file_row_number;

create table orders as
select
    "InvoiceNo",
    any_value(uscc) as uscc,
    max(customer) as customer,
    max(country) as country,
    min(ordered_at) as ordered_at,
    min(batch) as batch,
    cast(sum(cast(line_total as decimal(18, 2))) as varchar) as goods_value
from order_lines
group by "InvoiceNo"
order by min(file_row_number);
"""

_RETURNS = """
create table returns as
select
    cancelled.*,
    -cancelled."Quantity" as returned,
    original."InvoiceNo" as original_order
from invoice_lines as cancelled
left join order_lines as original
    on original.customer = cancelled.customer
    and original."StockCode" = cancelled."StockCode"
    and original.ordered_at <= cancelled.ordered_at
    and original."Quantity" >= -cancelled."Quantity"
where cancelled."InvoiceNo" like 'C%'
qualify row_number() over (
    partition by cancelled.file_row_number
    order by original.ordered_at desc nulls last, original.file_row_number desc
) = 1
order by cancelled.file_row_number
"""


class OnlineRetail:
    """Reads ``online_retail.parquet`` and writes a batch per month."""

    name = "online_retail"

    def translate(self, path: Path, out: Path) -> Translation:
        """See :class:`pipelines.sources.adapter.Adapter`."""
        (file,) = description().files
        found = find_file(path, file)
        with workbench(description(), found) as connection:
            scan = f"read_parquet({literal(str(found))}, file_row_number = true)"
            connection.execute(f"create table published as from {scan}")
            add_enterprises(connection, self.name, [SELLER])
            add_code_maps(connection, description())
            connection.execute(_LINES)
            connection.execute(_RETURNS)
            rows = int(connection.execute("select count(*) from published").fetchall()[0][0])
            return write_batches(connection, description(), out, rows, count_notes(file, found, rows))


ADAPTER: Adapter = OnlineRetail()
