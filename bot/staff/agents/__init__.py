"""How do the people who answer shoppers work: the queue, a conversation with its drafts, canned replies, knowledge?

`desk` knows, for the whole process, what changed and has the copilot at hand. `queue` lists conversations, `talk` shows
one, `composer` writes the answer, `drafts` suggests it, `aside` tells who the customer is; `page` puts them together.
"""
