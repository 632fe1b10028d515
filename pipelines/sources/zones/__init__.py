"""Zone files that ship: the default zone with every feed connected."""
