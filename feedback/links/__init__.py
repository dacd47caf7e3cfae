"""How do two people of the record turn out to be one, and how are they told apart again?"""
