"""What is a question about, once the words that only make it a question are gone?

"How many blue jackets do you have?" is about blue jackets. Only the intent tells that "how many" is no part of a wish,
so this is done here and not where wishes are read.
"""

from __future__ import annotations

import re

__all__ = ["subject"]

_VERB = r"(?:do|does|did|are|is|was|were|have|has|can|could|would)"
_NOT = r"(?:n'?t| not)"
_WHO = r"(?:you|u|i|we|there|the shop|they)"
_FRAMES = re.compile(
    r"\b(?:"
    r"how (?:many|much|come)|why(?: not)?|whats?(?:'s)?|which(?: one)?|where(?:'s)?|tell me|"
    r"(?:the )?(?:price range|range of prices|prices?|pricing|number|count|total)(?: (?:of|for|range))?|"
    r"(?:(?:what|which) )?brands?(?: of)?|(?:u|you) (?:got|have|sell)|"
    # A denial is part of the question only where it asks ("why isn't", "don't you have"): "are not black" is a wish.
    rf"(?:(?:(?<=why )|(?<=how come )|^){_VERB}{_NOT}|{_VERB}{_NOT}(?= {_WHO}\b)|{_VERB}(?!{_NOT}\b))"
    rf"(?: {_WHO}(?: (?:have|got|sell|stock|carry|offer|show|include|list|suggest|recommend|"
    r"get|buy|see|find|pay|expect|left|me))*)?|"
    r"(?:you|i) (?:can|could|(?:do|did)(?:n'?t| not)?) (?:show|see|include|list|suggest|get|buy|find|pay)(?: me)?|"
    r"(?:not )?(?:shown|listed|included)|different|"
    r"(?:cost|costs|start at|starts at|start from|go for|going for|goes? up to)|your|"
    r"(?:in|at|from) (?:the|your|this) (?:shop|store|catalogue|catalog|range|inventory|list|results)|in (?:all|total)"
    r")(?=\W|$)",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:and|but|so|ok|of|for|the|a|an|about)\s+", re.IGNORECASE)


def subject(question: str) -> str:
    """The words of `question` that name what it is about; "" when it only points back ("how many are there?")."""
    left = " ".join(_FRAMES.sub(" ", question.replace("’", "'")).split()).strip(" ?!.,")
    while (shorter := _LEADING.sub("", left)) != left:
        left = shorter
    return left
