"""Versions of trained models: what there is, which one serves, and the way back."""
