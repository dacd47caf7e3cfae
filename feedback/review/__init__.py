"""What do people of the shop judge of what was shown and said, and what becomes of it?"""
