"""What the assistant does once Rasa has said what was meant. `python -m rasa_sdk --actions actions` finds the actions here."""
