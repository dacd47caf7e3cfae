"""What would this person want, judging by what they did and said before?"""
