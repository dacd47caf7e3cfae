"""What a person talks through. Imports nothing: the Rasa environment loads `bot.nlu` through here."""
