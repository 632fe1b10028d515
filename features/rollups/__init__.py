"""Partial sums per enterprise and event day: whole numbers, so that windows add up to the last hundredth."""
