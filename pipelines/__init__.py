"""When, and with what: flows, sources, storage, delivery, settings, wiring and the command line."""
