"""Who came, what they were shown, what they said of it, and what was made of that."""
