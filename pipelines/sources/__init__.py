"""Adapters: foreign formats turned into landing batches of the dictionary's tables, every made-up value listed."""
