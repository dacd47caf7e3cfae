"""Who works here, what may they do, are they who they say, and what did they do?"""
