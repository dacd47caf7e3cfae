"""Which records does a Google Merchant feed hold, in XML (RSS or Atom) or tab-separated?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from recommender.catalogue.feed.record import Entry, Record, Value
from recommender.errors import BadInputError

__all__ = ["current_prices", "read_merchant_xml"]

_GOOGLE = "{http://base.google.com/ns/1.0}"
_ITEMS = frozenset({"item", "entry"})


def read_merchant_xml(file: BinaryIO, path: Path) -> Iterator[Entry]:
    """The items of the feed, as records numbered from 1; what was read is forgotten at once.

    Entities and references out of the file are refused, because they can blow a small file up or read other files.

    Raises:
        BadInputError: the XML is broken or holds such a thing, or no item is in it.
    """
    number = 0
    open_elements: list[Element] = []
    try:
        for event, element in iterparse(file, events=("start", "end")):
            if event == "start":
                open_elements.append(element)
                continue
            open_elements.pop()
            if _local(element) in _ITEMS:
                number += 1
                yield Record(number, _values(element))
                element.clear()
                if open_elements:
                    open_elements[-1].remove(element)
    except ParseError as error:
        line, column = error.position
        raise BadInputError(
            f"{path}, line {line}, column {column}: the XML is broken ({str(error).split(':')[0]})."
        ) from error
    except DefusedXmlException as error:
        raise BadInputError(f"{path}: a feed may not declare entities; remove them.") from error
    if not number:
        raise BadInputError(f"{path} holds no <item> or <entry>; is it a Google Merchant feed?")


def current_prices(entries: Iterator[Entry]) -> Iterator[Entry]:
    """The same entries, each with the price of today: the sale price, unless it is bound to a period.

    A price bound to a period would still be shown when it is over, so the regular one stands.
    """
    for entry in entries:
        if not isinstance(entry, Record):
            yield entry
            continue
        values = dict(entry.values)
        sale = values.pop("sale_price", "") or values.pop("sale price", "")
        bound = values.pop("sale_price_effective_date", "") or values.pop("sale price effective date", "")
        if sale and not bound:
            values["price"] = sale
        yield Record(entry.line, values)


def _values(item: Element) -> dict[str, Value]:
    """The item's own elements by name; of two with one name Google's counts. Details become attributes of their own."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    google = {_local(child) for child in item if str(child.tag).startswith(_GOOGLE)}
    for child in item:
        name = _local(child)
        if name in google and not str(child.tag).startswith(_GOOGLE):
            continue
        if name == "product_detail":
            parts = {_local(part): (part.text or "").strip() for part in child}
            name, text = parts.get("attribute_name", ""), parts.get("attribute_value", "")
        elif len(child):
            continue
        else:
            text = child.text or child.get("href") or ""
        if name and text:
            texts[name].append(text)
    return {name: values[0] if len(values) == 1 else values for name, values in texts.items()}


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
