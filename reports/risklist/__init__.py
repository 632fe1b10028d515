"""The daily risk list: who deserves a look today, why, on what evidence, and what is suggested."""
