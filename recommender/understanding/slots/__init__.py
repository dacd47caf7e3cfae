"""Slots: which words of a query name the kind of product, a brand, a colour, a size, learned from tagged queries."""
