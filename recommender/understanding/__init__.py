"""From what was written to what is asked of the catalogue."""
