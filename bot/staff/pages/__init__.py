"""Which pages does everybody have, whatever they were hired for?"""
