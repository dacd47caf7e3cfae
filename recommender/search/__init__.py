"""Search: two legs, one fused list, every constraint met."""
