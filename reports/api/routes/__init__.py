"""The addresses, a router per subject."""
