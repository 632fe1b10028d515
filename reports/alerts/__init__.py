"""From measurements to alerts: episodes that open, extend, are checked by officers, and close. Pure."""
