"""How do people talk with the assistant on Telegram?"""
