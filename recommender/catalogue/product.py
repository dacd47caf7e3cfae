"""What is a product, for everything that searches, ranks or shows one?"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal

__all__ = ["Product"]


@dataclass(frozen=True, slots=True)
class Product:
    """One thing the shop sells, as its feed describes it, cleaned (no HTML, no control or bidi characters).

    `price` is None where the feed names none: never a stand-in 0. `categories` runs from the widest to the narrowest.
    `attributes` holds everything else the feed says, by its own name, as text.
    """

    id: str
    title: str
    description: str = ""
    brand: str = ""
    categories: tuple[str, ...] = ()
    price: Decimal | None = None
    currency: str = "USD"
    in_stock: bool = True
    rating: float | None = None
    rating_count: int = 0
    image_url: str = ""
    url: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What the encoder reads: title, brand, categories, attributes and description, most telling first."""
        attributes = ". ".join(f"{name}: {value}" for name, value in sorted(self.attributes.items()))
        parts = (self.title, self.brand, " > ".join(self.categories), self.description, attributes)
        return "\n".join(part for part in parts if part)

    @property
    def text_hash(self) -> str:
        """Changes exactly when something that is embedded or matched by words changes: not with price or stock."""
        fields = [self.title, self.description, self.brand, self.categories, sorted(self.attributes.items())]
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()[:32]
