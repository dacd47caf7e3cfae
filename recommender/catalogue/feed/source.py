"""In which encoding, format and delimiter is a feed written, judging by what stands in it?"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import charset_normalizer

from recommender.catalogue.feed.columns import ALIASES, fold_column
from recommender.catalogue.feed.delimited import read_delimited
from recommender.catalogue.feed.jsonl import read_jsonl
from recommender.catalogue.feed.merchant import current_prices, read_merchant_xml
from recommender.catalogue.feed.record import Entry
from recommender.catalogue.feed.shopify import grouped_by_handle
from recommender.errors import BadInputError, NotFoundError

__all__ = ["Feed", "FeedFormat", "open_feed"]

_SAMPLE_BYTES = 1 << 18
_CHECKED_BYTES = 1 << 20
_DELIMITERS = (",", "\t", ";", "|")
_DELIMITER_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar"}
# What shops' files are in when they are not Unicode, the more common first; a free guess takes short Latin texts for
# anything.
_LEGACY_ENCODINGS = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr"]
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = {
    b"PK\x03\x04": "a ZIP archive or spreadsheet; unpack it, or save the sheet as CSV",
    b"\x1f\x8b": "compressed with gzip; unpack it",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet; save it as CSV",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a database",
}


class FeedFormat(StrEnum):
    """The formats an import can be told, `auto` leaving it to the content."""

    AUTO = "auto"
    CSV = "csv"
    TSV = "tsv"
    JSONL = "jsonl"
    MERCHANT = "merchant"
    SHOPIFY = "shopify"


@dataclass(frozen=True, slots=True)
class Feed:
    """An open feed: its entries in order, how it is written (for people), its size, and how far it has been read."""

    entries: Iterator[Entry]
    written_as: str
    size: int
    position: Callable[[], int]


@contextmanager
def open_feed(path: Path, wanted: FeedFormat = FeedFormat.AUTO) -> Iterator[Feed]:
    """The entries of the file `path`; each is read when it is asked for.

    Raises:
        NotFoundError: there is no such file.
        BadInputError: it is empty, no text, in no known format, or not in the wanted one. Reading the entries raises
            it where the rest of the file cannot be read.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}.") from error
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        yield _feed(file, path, wanted)


def _feed(file: BinaryIO, path: Path, wanted: FeedFormat) -> Feed:
    sample = file.read(_SAMPLE_BYTES)
    size = path.stat().st_size
    for magic, what in _NOT_TEXT.items():
        if sample.startswith(magic):
            raise BadInputError(f"{path} is {what}.")
    encoding = _marked_encoding(sample)
    start = sample.decode(encoding or "latin-1", errors="ignore").lstrip()
    if not start:
        raise BadInputError(f"{path} is empty.")
    if start.startswith("<") and wanted in (FeedFormat.AUTO, FeedFormat.MERCHANT):
        file.seek(0)  # XML says itself in which encoding it is.
        return Feed(current_prices(read_merchant_xml(file, path)), "Google Merchant XML", size, file.tell)
    encoding = encoding or _encoding(file, path)
    file.seek(0)
    head = sample.decode(encoding, errors="ignore")
    found = _format(head, path) if wanted is FeedFormat.AUTO else wanted
    # Bytes that are no text become U+FFFD; the import names the rows that hold it.
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")

    def position() -> int:
        return text.buffer.tell()  # text.tell() is refused while its lines are being read

    if found is FeedFormat.JSONL:
        return Feed(read_jsonl(text, path), f"JSONL, {encoding}", size, position)
    delimiter = "\t" if found is FeedFormat.TSV else _delimiter(head, path)
    entries = read_delimited(text, delimiter, path)
    if found is FeedFormat.MERCHANT:
        entries = current_prices(entries)
    elif found is FeedFormat.SHOPIFY:
        if "handle" not in map(fold_column, _header(head, delimiter)):
            raise BadInputError(f"{path} has no column 'Handle'; is it a product export of Shopify?")
        entries = grouped_by_handle(entries)
    name = {FeedFormat.MERCHANT: "Google Merchant, ", FeedFormat.SHOPIFY: "Shopify, "}.get(found, "")
    return Feed(entries, f"{name}{_DELIMITER_NAMES[delimiter]}-separated, {encoding}", size, position)


def _marked_encoding(sample: bytes) -> str:
    """The encoding that a byte order mark shows, or for UTF-16 the zero byte beside each ASCII character; else ""."""
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    for name, zeros in (("utf-16-le", sample[1:200:2]), ("utf-16-be", sample[0:200:2])):
        if zeros and not any(zeros):
            return name
    return ""


def _encoding(file: BinaryIO, path: Path) -> str:
    """The file's encoding. Whether it is UTF-8 is checked to its end, because one late byte may show that it is not.

    In a text of another encoding hardly anything beyond ASCII is UTF-8 by chance; so where most of it is, the file is
    UTF-8 that was damaged.
    """
    damage = _first_not_utf8(file)
    if damage is None:
        return "utf-8"
    whole, broken = _beyond_ascii(file)
    return "utf-8" if whole > broken else _legacy_encoding(file, damage, path)


def _first_not_utf8(file: BinaryIO) -> int | None:
    """Where the first byte lies that is not UTF-8; None if all are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(_CHECKED_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return file.tell() - len(error.object) + error.start
    return None


def _beyond_ascii(file: BinaryIO) -> tuple[int, int]:
    """How many characters beyond ASCII the file holds when it is read as UTF-8: whole ones, and broken ones."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    whole = broken = 0
    file.seek(0)
    while chunk := file.read(_CHECKED_BYTES):
        text = decoder.decode(chunk)
        bad = text.count("\ufffd")
        whole += len(text) - len(text.encode("ascii", "ignore")) - bad
        broken += bad
    return whole, broken


def _legacy_encoding(file: BinaryIO, damage: int, path: Path) -> str:
    """The encoding of the text around the byte at `damage`, which is no UTF-8."""
    file.seek(max(0, damage - _SAMPLE_BYTES // 2))
    found = charset_normalizer.from_bytes(file.read(_SAMPLE_BYTES), cp_isolation=_LEGACY_ENCODINGS)
    best = found.best()
    if best is None:
        raise BadInputError(f"{path}, byte {damage + 1}: the text is in no encoding that is known; save it as UTF-8.")
    # Western and Central European letters make texts that look equally well: the one that is more common is meant.
    as_good = {
        name
        for match in found
        if (match.chaos, match.coherence) == (best.chaos, best.coherence)
        for name in match.could_be_from_charset
    }
    return next(name for name in _LEGACY_ENCODINGS if name in as_good)


def _format(head: str, path: Path) -> FeedFormat:
    start = head.lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        return FeedFormat.JSONL
    if start.startswith("["):
        raise BadInputError(f"{path} is one JSON array; write one object a line (jq -c '.[]' does it).")
    header = [fold_column(name) for name in _header(head, _delimiter(head, path))]
    if "handle" in header and {"variant_sku", "variant_price", "option1_value"} & set(header):
        return FeedFormat.SHOPIFY
    if {"sale_price", "image_link", "availability"} & set(header) and {"id", "link"} <= set(header):
        return FeedFormat.MERCHANT
    return FeedFormat.CSV


def _delimiter(head: str, path: Path) -> str:
    """The delimiter that parts the header into the most names, those that are known counting most."""

    def plausibility(delimiter: str) -> tuple[int, int]:
        names = _header(head, delimiter)
        known = sum(fold_column(name) in aliases for name in names for aliases in ALIASES.values())
        return (known if len(names) > 1 else 0, len(names))

    best = max(_DELIMITERS, key=plausibility)
    if len(_header(head, best)) < 2:
        raise BadInputError(
            f"{path}, line 1: no comma, tab, semicolon or vertical bar parts the names of the columns; "
            "save the file as CSV, TSV or JSONL."
        )
    return best


def _header(head: str, delimiter: str) -> Sequence[str]:
    lines = (line for line in io.StringIO(head.lstrip("\ufeff"), newline="") if line.strip())
    try:
        return next(csv.reader(lines, delimiter=delimiter), [])
    except csv.Error:
        return []
