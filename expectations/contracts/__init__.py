"""One contract per table, and the mechanism that loads and checks it."""
