"""How good is it? Measures, runs and significance."""
