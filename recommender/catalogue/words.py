"""When are two pieces of text the same words?"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["fold", "singular", "words"]

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’‘`´®™©")
# Words that end like a plural and are none, and plurals that no rule undoes.
_INVARIANT = frozenset(
    {"always", "bass", "canvas", "gas", "has", "jeans", "lens", "news", "plus", "series", "species", "yes"}
)
_IRREGULAR = {
    "bras": "bra",
    "buses": "bus",
    "children": "child",
    "feet": "foot",
    "gases": "gas",
    "knives": "knife",
    "lenses": "lens",
    "mens": "men",
    "mice": "mouse",
    "scarves": "scarf",
    "shelves": "shelf",
    "teeth": "tooth",
    "womens": "women",
    "movies": "movie",
    "cookies": "cookie",
    "hoodies": "hoodie",
    "beanies": "beanie",
    "brownies": "brownie",
    "selfies": "selfie",
    "ties": "tie",
    "shoes": "shoe",
    "toes": "toe",
}


def fold(text: str) -> str:
    """`text` without case, accents, apostrophes and trade marks; "L’Oréal®" gives "loreal". Linear in its length."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    text = text.translate(_APOSTROPHES)
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


def words(text: str) -> list[str]:
    """The folded words of `text` in order; whatever is no letter or digit parts them."""
    return _WORD.findall(fold(text))


def singular(word: str) -> str:
    """The singular of a folded English word, as far as a few rules go: "jackets", "watches", "batteries", "knives"."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word in _INVARIANT or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "sses", "xes", "zzes")):
        return word[:-2]
    return word[:-1]
