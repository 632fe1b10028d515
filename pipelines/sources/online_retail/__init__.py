"""The invoices of one online wholesaler (UCI 352)."""
