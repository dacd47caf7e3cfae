"""What the assistant says, and in which form."""
