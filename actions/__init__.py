"""What the assistant does once Rasa has said what was meant; `python -m rasa_sdk --actions actions` serves it.

Nothing is imported here: the command line reads tables and services from this package without paying for the rest.
"""
