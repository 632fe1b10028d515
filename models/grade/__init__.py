"""From p, official facts and policy to a grade, with everything that led to it. Pure: no frames, no files, no clock."""
