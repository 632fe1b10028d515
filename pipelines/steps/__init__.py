"""What a day, a training or an ingest does: plain functions that get their collaborators as arguments."""
