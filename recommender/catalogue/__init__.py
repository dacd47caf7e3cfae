"""The catalogue: the record of what the shop sells, and how it gets there."""
