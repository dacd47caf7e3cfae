"""What is remembered of a conversation between its turns."""
