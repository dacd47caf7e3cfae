"""How do people come in from elsewhere (Telegram, …), and how far have the answers got?"""
