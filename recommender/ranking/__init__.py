"""Ranking: the order of what search found, learned from grades and votes."""
