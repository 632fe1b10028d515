"""The ledger: append-only, hash-chained record of what was decided, by whom, and who looked.

What it holds is the source of truth; the tables of ``pipelines.storage.decisions`` are made from it.
"""

from pipelines.storage.ledger.book import anchor, append, entries, head
from pipelines.storage.ledger.chain import STREAMS, Entry, NewEntry, genesis
from pipelines.storage.ledger.faults import Fault
from pipelines.storage.ledger.names import Stream
from pipelines.storage.ledger.signing import AnchorSigner, is_signed, signature_holds, trusted_keys
from pipelines.storage.ledger.verify import VerifyReport, verify

__all__ = [
    "STREAMS",
    "AnchorSigner",
    "Entry",
    "Fault",
    "NewEntry",
    "Stream",
    "VerifyReport",
    "anchor",
    "append",
    "entries",
    "genesis",
    "head",
    "is_signed",
    "signature_holds",
    "trusted_keys",
    "verify",
]
