"""From files at the door to versions that count: the only way into the lake."""
