"""Scripts that print every number the docs quote: `python -m benchmarks.NAME`, each with --help."""
