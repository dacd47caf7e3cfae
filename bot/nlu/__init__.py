"""What runs inside Rasa (Python 3.10): featurizer, intent classifier, slot tagger."""
