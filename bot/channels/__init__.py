"""How do people talk with the assistant from elsewhere than the web?"""
