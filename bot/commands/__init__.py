"""The commands of `shoptalk`, one subject a module. Heavy imports stay inside the functions: --help is quick."""
