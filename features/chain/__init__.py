"""The document chain: one row per list, order and declaration, for a range of event days."""
