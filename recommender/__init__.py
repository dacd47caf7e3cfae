"""What the shop sells and what a person would want of it: catalogue, encoder, index, understanding, search, ranking."""
