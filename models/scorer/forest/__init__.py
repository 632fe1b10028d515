"""LightGBM's trees as arrays: read from the native text, averaged, and explained exactly."""
