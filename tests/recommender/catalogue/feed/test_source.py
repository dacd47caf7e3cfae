"""Is every format, encoding and delimiter known by its content, and is a file that is none refused in one sentence?"""

from __future__ import annotations

import codecs
import csv
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.catalogue.feed.delimited import LONGEST_LINE
from recommender.catalogue.feed.record import Record, Unreadable, Value
from recommender.catalogue.feed.source import FeedFormat, open_feed
from recommender.errors import BadInputError, NotFoundError

TABLE = "id,title,price\n1,Blaue Küchenschürze für Köche,12.50\n2,Große grüne Gießkanne,19.00\n"
RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>1</g:id><title>Teekanne groß</title><g:title>Teekanne</g:title><link>https://shop.example/1</link>
<g:price>15.00 EUR</g:price><g:availability>in_stock</g:availability>
<g:product_detail><g:attribute_name>Glaze</g:attribute_name><g:attribute_value>celadon</g:attribute_value></g:product_detail>
<g:shipping><g:country>DE</g:country></g:shipping>
<g:additional_image_link>https://shop.example/a.jpg</g:additional_image_link>
<g:additional_image_link>https://shop.example/b.jpg</g:additional_image_link></item>
<item><g:id>2</g:id><title>Tasse</title><g:price>9.00 EUR</g:price><g:sale_price>7.00 EUR</g:sale_price></item>
<item><g:id>3</g:id><title>Krug</title><g:price>9.00 EUR</g:price><g:sale_price>7.00 EUR</g:sale_price>
<g:sale_price_effective_date>2026-01-01/2026-01-08</g:sale_price_effective_date></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>
<entry><id>tag:shop.example,2026:1</id><g:id>1</g:id><title>Pot</title><link href="https://shop.example/1"/></entry></feed>"""


@pytest.fixture
def feed_file(tmp_path: Path) -> Path:
    return tmp_path / "feed"


def records(path: Path, wanted: FeedFormat = FeedFormat.AUTO) -> list[dict[str, Value]]:
    with open_feed(path, wanted) as feed:
        entries = list(feed.entries)
    assert all(isinstance(entry, Record) for entry in entries), entries
    return [dict(entry.values) for entry in entries if isinstance(entry, Record)]


def written_as(path: Path) -> str:
    with open_feed(path) as feed:
        return feed.written_as


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(feed_file: Path, encoding: str) -> None:
    feed_file.write_bytes(TABLE.encode(encoding))
    assert records(feed_file)[1] == {"id": "2", "title": "Große grüne Gießkanne", "price": "19.00"}


def test_one_late_byte_that_is_not_utf8_is_noticed_before_anything_is_read(feed_file: Path) -> None:
    rows = "".join(f"{n},Emaille-Becher,4.00\n" for n in range(60_000))
    feed_file.write_bytes((f"id,title,price\n{rows}x,Glaskrüge,5.00\n").encode("cp1252"))
    assert records(feed_file)[-1]["title"] == "Glaskrüge"


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("cp1252", "Crème brûlée, señor, fåtölj"),
        ("cp1250", "Żółta łódka, święta gęś, krzesło dębowe, łóżko"),
        ("cp1251", "Красное кресло"),
        ("shift_jis", "赤いソファ、青い椅子"),
        ("gb18030", "红色沙发,蓝色椅子和桌子,木制书架"),
    ],
)
def test_legacy_encodings_of_few_words(feed_file: Path, encoding: str, title: str) -> None:
    feed_file.write_bytes(f'id,title\n1,"{title}"\n'.encode(encoding))
    assert records(feed_file) == [{"id": "1", "title": title}]
    assert written_as(feed_file) == f"comma-separated, {encoding}"


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_utf8_that_was_damaged_in_one_place_is_still_utf8(feed_file: Path, mark: bytes) -> None:
    whole = "id,title\n1,Crème brûlée\n2,Théière\n".encode()
    feed_file.write_bytes(mark + whole + b"3,Caf\xe9\n")
    assert [record["title"] for record in records(feed_file)] == ["Crème brûlée", "Théière", "Caf\ufffd"]
    feed_file.write_bytes(mark + whole[:-2] + b"\xc3")
    assert [record["title"] for record in records(feed_file)] == ["Crème brûlée", "Théièr\ufffd"]


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "comma"), ("\t", "tab"), (";", "semicolon"), ("|", "vertical bar")]
)
def test_delimiters(feed_file: Path, delimiter: str, name: str) -> None:
    feed_file.write_text(f'id{delimiter}title{delimiter}price\n1{delimiter}"A{delimiter} b; c, d"{delimiter}1\n')
    assert records(feed_file) == [{"id": "1", "title": f"A{delimiter} b; c, d", "price": "1"}]
    assert written_as(feed_file) == f"{name}-separated, utf-8"


def test_a_delimiter_inside_a_quoted_name_does_not_count(feed_file: Path) -> None:
    feed_file.write_text('id;title;"size, colour, finish, other";price\n1;A;"L, red";2\n')
    assert records(feed_file) == [{"id": "1", "title": "A", "size, colour, finish, other": "L, red", "price": "2"}]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(*[st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)] * 2),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([",", "\t", ";", "|"]),
)
def test_reads_what_python_writes(feed_file: Path, cells: list[tuple[str, str]], delimiter: str) -> None:
    with feed_file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["id", "title", "brand"])
        writer.writerows([str(n), *row] for n, row in enumerate(cells))
    assert records(feed_file) == [{"id": str(n), "title": a, "brand": b} for n, (a, b) in enumerate(cells)]


def test_lines_are_those_of_the_file(feed_file: Path) -> None:
    feed_file.write_text('id,title\n1,"two\nlines"\n\n2,x,y\n3,z\n')
    with open_feed(feed_file) as feed:
        entries = list(feed.entries)
    assert [entry.line for entry in entries] == [2, 5, 6]
    assert isinstance(entries[1], Unreadable)
    assert "3 cells where the header has 2" in entries[1].reason


def test_a_field_of_a_megabyte_is_read(feed_file: Path) -> None:
    feed_file.write_text(f'id,title\n1,"{"x" * 1_000_000}"\n')
    limit = csv.field_size_limit()
    assert len(records(feed_file)[0]["title"]) == 1_000_000
    assert csv.field_size_limit() == limit


def test_json_lines(feed_file: Path) -> None:
    values = {"id": 7, "title": "Lamp", "price": 4995, "weight": 6.0, "width": 0.5, "off": None, "dim": True}
    lists = {"ean": ["1", "2"], "paths": [["a", "b"]], "size": {"height": "3 cm"}}
    feed_file.write_text(
        f"{json.dumps(values | lists)}\n\nnot json\n[1]\n{'[' * 100_000}\n" + '{"id": "8", "price": NaN}'
    )
    with open_feed(feed_file) as feed:
        entries = list(feed.entries)
    assert entries[0] == Record(
        1,
        {
            "id": "7",
            "title": "Lamp",
            "price": "4995",
            "weight": "6",
            "width": "0.5",
            "dim": "yes",
            "ean": ["1", "2"],
            "paths": '[["a", "b"]]',
            "size.height": "3 cm",
        },
    )
    assert [entry.line for entry in entries[1:4] if isinstance(entry, Unreadable)] == [3, 4, 5]
    assert entries[4] == Record(6, {"id": "8", "price": "NaN"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_google_merchant_rss(feed_file: Path, encoding: str) -> None:
    feed_file.write_bytes(RSS.format(encoding=encoding).encode(encoding))
    first, second, third = records(feed_file)
    assert first == {
        "id": "1",
        "title": "Teekanne",
        "link": "https://shop.example/1",
        "price": "15.00 EUR",
        "availability": "in_stock",
        "Glaze": "celadon",
        "additional_image_link": ["https://shop.example/a.jpg", "https://shop.example/b.jpg"],
    }
    assert second == {"id": "2", "title": "Tasse", "price": "7.00 EUR"}
    assert third["price"] == "9.00 EUR"
    assert written_as(feed_file) == "Google Merchant XML"


def test_google_merchant_atom(feed_file: Path) -> None:
    feed_file.write_text(ATOM)
    assert records(feed_file) == [{"id": "1", "title": "Pot", "link": "https://shop.example/1"}]


def test_google_merchant_tsv(feed_file: Path) -> None:
    feed_file.write_text("id\ttitle\tlink\tprice\tsale price\n1\tPot\thttps://shop.example/1\t9.00 EUR\t7.00 EUR\n")
    assert records(feed_file, FeedFormat.MERCHANT)[0]["price"] == "7.00 EUR"


def test_xml_that_attacks_is_refused(feed_file: Path) -> None:
    feed_file.write_text('<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><item><id>&b;</id></item></rss>')
    with pytest.raises(BadInputError, match="may not declare entities"):
        records(feed_file)


SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,"
    "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src,Status\n"
    "parka,Parka,<p>Warm.</p>,Nordvind,Coats,true,Size,S,Colour,Navy,P-S,shopify,0,deny,89.00,https://s.example/p.jpg,active\n"
    "parka,,,,,,,M,,Navy,P-M,shopify,3,deny,79.00,,\n"
    "parka,,,,,,,,,,,,,,,https://s.example/q.jpg,\n"
    "cap,Cap,,Nordvind,Hats,true,Title,Default Title,,,C,shopify,0,deny,15.00,,active\n"
    "scarf,Scarf,,Nordvind,Hats,true,Title,Default Title,,,F,,,deny,20.00,,draft\n"
)


def test_shopify_variants_become_one_product(feed_file: Path) -> None:
    feed_file.write_text(SHOPIFY)
    parka, cap, scarf = records(feed_file)
    assert parka == {
        "Handle": "parka",
        "Title": "Parka",
        "Body (HTML)": "<p>Warm.</p>",
        "Vendor": "Nordvind",
        "product_category": "Coats",
        "variant_price": "79.00",
        "image_src": "https://s.example/p.jpg",
        "in_stock": "yes",
        "Size": ["S", "M"],
        "Colour": ["Navy"],
    }
    assert (cap["in_stock"], cap["variant_price"]) == ("no", "15.00")
    assert scarf["in_stock"] == "no"
    assert written_as(feed_file).startswith("Shopify")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b"just one column\n1\n", "no comma, tab, semicolon or vertical bar"),
        (b'[{"id": 1}]', "one JSON array"),
        (b"PK\x03\x04rest", "ZIP archive or spreadsheet"),
        (gzip.compress(b"id,title\n1,a\n"), "compressed with gzip"),
        (b"id,title,title\n1,a,b\n", "'title' occurs twice"),
        (b"<rss><channel><item><id>1</id></channel></rss>", "line 1, column .*: the XML is broken"),
        (b"<html><body>Sign in</body></html>", "holds no <item> or <entry>"),
        (b'id,title\n1,a\n2,"never closed\n' + b"x\n" * LONGEST_LINE, "line 3: .*quotation mark"),
        (b"id,title\n1," + b"x" * (LONGEST_LINE + 1), "line 2 is longer than"),
    ],
    ids=range(12),
)
def test_a_file_that_cannot_be_used_is_refused(feed_file: Path, content: bytes, reason: str) -> None:
    feed_file.write_bytes(content)
    with pytest.raises(BadInputError, match=reason) as caught:
        records(feed_file)
    assert str(feed_file) in str(caught.value)


def test_a_shopify_export_has_handles(feed_file: Path) -> None:
    feed_file.write_text(TABLE)
    with pytest.raises(BadInputError, match="no column 'Handle'"):
        records(feed_file, FeedFormat.SHOPIFY)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no file"), open_feed(tmp_path / "missing.csv"):
        pass
    with pytest.raises(BadInputError, match="cannot be read"), open_feed(tmp_path):
        pass
