"""The shop around the catalogue: cart, orders, answers to frequent questions."""
