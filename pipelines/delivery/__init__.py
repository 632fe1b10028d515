"""Sending the outbox to the risk-control system."""
