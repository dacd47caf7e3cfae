"""The index: vectors, words and columns of the catalogue, as published generations."""
