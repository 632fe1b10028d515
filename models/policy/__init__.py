"""Policy as dated, cited data: caps, scale, points, rules, actions, reasons, and the loader that makes it usable.

Every number an official may want to change is in the YAML beside this file, never in Python.
"""
