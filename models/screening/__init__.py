"""From what one document measures and its enterprise's grade to a lane, with reasons. Pure."""
