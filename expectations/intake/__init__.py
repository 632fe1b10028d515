"""From a delivered file to rows that are accepted, quarantined or duplicates, with none left over."""
