"""How does the assistant learn from messages that were corrected, and how is what it learned put to use?"""
