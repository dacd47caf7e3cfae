"""How does a shop's product feed, in whatever format it comes, become products?"""
