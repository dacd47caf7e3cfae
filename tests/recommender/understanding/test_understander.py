"""Are the ways people write understood, and nothing beyond what they wrote?"""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest

from recommender.understanding.query import Constraint, Facet, Op, Query
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary
from tests.recommender.understanding.small_shop import SHOWN, spelled

PRICES = [
    ("jacket under 30", "jacket | category=jacket price<=30"),
    ("jacket under $30", "jacket | category=jacket price<=30"),
    ("jacket below 30 euros", "jacket | category=jacket price<=30"),
    ("a jacket for less than forty", "jacket | category=jacket price<=40"),
    ("jackets less than forty five dollars please", "jackets | category=jacket price<=45"),
    ("router at most 50", "router | price<=50"),
    ("router up to 50€", "router | price<=50"),
    ("router no more than 50", "router | price<=50"),
    ("router, nothing over 50", "router | price<=50"),
    ("router but I don't want to spend more than 50", "router | price<=50"),
    ("can't spend more than 50 bucks on a router", "router | price<=50"),
    ("router not above 50", "router | price<=50"),
    ("router max 50", "router | price<=50"),
    ("router 50 max", "router | price<=50"),
    ("router 50 or less", "router | price<=50"),
    ("router $50 or under", "router | price<=50"),
    ("router with a budget of 100", "router | price<=100"),
    ("router, my budget is 100", "router | price<=100"),
    ("router budget 100", "router | price<=100"),
    ("router cheaper than 50", "router | price<=50"),
    ("router <50", "router | price<=50"),
    ("router <= 50", "router | price<=50"),
    ("router for under 50", "router | price<=50"),
    ("router that costs less than 50", "router | price<=50"),
    ("router for $50", "router | price<=50"),
    ("jacket for dry skin under 30", "jacket for dry skin | category=jacket price<=30"),
    ("jacket for skin over 50", "jacket for skin over 50 | category=jacket"),
    ("laptop under 1.5k", "laptop | category=laptop price<=1500"),
    ("laptop under 2k", "laptop | category=laptop price<=2000"),
    ("laptop under 1,299.00", "laptop | category=laptop price<=1299"),
    ("laptop under 1.299,00 €", "laptop | category=laptop price<=1299"),
    ("laptop under 1,299", "laptop | category=laptop price<=1299"),
    ("socks under 12,50", "socks | category=sock price<=12.5"),
    ("laptop under a grand", "laptop | category=laptop price<=1000"),
    ("laptop under a thousand dollars", "laptop | category=laptop price<=1000"),
    ("laptop below two hundred and fifty", "laptop | category=laptop price<=250"),
    ("router under 20 quid", "router | price<=20"),
    ("router under USD 20", "router | price<=20"),
    ("router under 20 EUR", "router | price<=20"),
    ("laptop over 500", "laptop | category=laptop price>=500"),
    ("laptop at least $500", "laptop | category=laptop price>=500"),
    ("laptop above 500 euro", "laptop | category=laptop price>=500"),
    ("laptop more than 500", "laptop | category=laptop price>=500"),
    ("laptop no less than 500", "laptop | category=laptop price>=500"),
    ("laptop $500 and up", "laptop | category=laptop price>=500"),
    ("laptop from $500", "laptop | category=laptop price>=500"),
    ("jacket 30-40", "jacket | category=jacket price<=40 price>=30"),
    ("jacket $30-$40", "jacket | category=jacket price<=40 price>=30"),
    ("jacket 30 - 40 dollars", "jacket | category=jacket price<=40 price>=30"),
    ("jacket between 30 and 40", "jacket | category=jacket price<=40 price>=30"),
    ("jacket between $30 and $40", "jacket | category=jacket price<=40 price>=30"),
    ("jacket from 20 to 40", "jacket | category=jacket price<=40 price>=20"),
    ("jacket between a hundred and two hundred", "jacket | category=jacket price<=200 price>=100"),
    ("jacket between 40 and 30", "jacket | category=jacket price<=40 price>=30"),
    ("jacket around 50", "jacket | category=jacket price<=60 price>=40"),
    ("jacket about 50 dollars", "jacket | category=jacket price<=60 price>=40"),
    ("jacket 50 or so", "jacket | category=jacket price<=60 price>=40"),
    ("jacket over 20 but under 40", "jacket | category=jacket price<=40 price>=20"),
    ("socks 2 for 20", "socks | category=sock price<=10"),
    ("three for $25", " | price<=8.33"),
    ("twenty bucks max", " | price<=20"),
]
NO_PRICES = [
    "13 inch laptop",
    "usb 3.0 cable",
    "face cream for women over 40",
    "toys for kids under 5",
    "tv over 50 inches",
    "ssd at least 500 gb",
    "router with at least 4 ports",
    "charger up to 100w",
    "coat for 2 people",
    "tent for 4",
    "0-6 months baby shirt",
    "iphone 11",
    "wr-44-526 rack",
    "4k tv",
    "$50 gift card",
    "set of 10 lights",
    "monitor 24-27 inch",
    "the 2019-2020 catalogue",
    "over the knee boots",
    "weights under 5 pounds",
    'laptop under 15"',
]
RATING_STOCK_SORT = [
    ("router at least 4 stars", "router | rating>=4"),
    ("router with 4+ stars", "router | rating>=4"),
    ("router 4.5 stars or more", "router | rating>=4.5"),
    ("router rated 4 or higher", "router | rating>=4"),
    ("router rated at least 4.2", "router | rating>=4.2"),
    ("well rated router", "router | rating>=4"),
    ("router with good reviews", "router | rating>=4"),
    ("four star router", "router | rating>=4"),
    ("router over 4 stars under 50", "router | price<=50 rating>=4"),
    ("router in stock", "router | in_stock=true"),
    ("router available now", "router | in_stock=true"),
    ("routers cheapest first", "routers |  | price_asc"),
    ("sort routers by price", "sort routers |  | price_asc"),
    ("cheapest router", "router |  | price_asc"),
    ("cheap router", "router |  | price_asc"),
    ("most expensive router", "router |  | price_desc"),
    ("best rated router", "router |  | rating"),
    ("top rated router under 50 in stock", "router | in_stock=true price<=50 | rating"),
]
FACETS = [
    ("red jacket", "red jacket | category=jacket colour=red"),
    ("red or blue jacket", "red or blue jacket | category=jacket colour=red,blue"),
    ("jacket in red, blue or green", "jacket in red, blue or green | category=jacket colour=red,blue,green"),
    ("navy jacket", "navy jacket | category=jacket colour=navy"),
    ("gray jacket", "gray jacket | category=jacket colour=grey"),
    ("leather jacket", "leather jacket | category=jacket material=leather"),
    ("jacket made of wool", "jacket made of wool | category=jacket material=wool"),
    ("faux leather bag", "faux leather bag | category=bag material=faux leather"),
    ("vegan leather bag", "vegan leather bag | category=bag material=faux leather"),
    ("sony headphones", "sony headphones | brand=sony category=headphone"),
    ("SONY or bose headphones", "SONY or bose headphones | brand=sony,bose category=headphone"),
    ("headphones from Bose", "headphones from Bose | brand=bose category=headphone"),
    ("gold toe socks", "gold toe socks | brand=gold toe category=sock"),
    ("clean and clear face cream", "clean and clear face cream | brand=clean and clear"),
    ("burts bees face cream", "burts bees face cream | brand=burts bees"),
    ("Burt’s Bees face cream", "Burt’s Bees face cream | brand=burts bees"),
    ("tplink router", "tplink router | brand=tp link"),
    ("tp-link router", "tp-link router | brand=tp link"),
    ("nordfel coat", "nordfell coat | brand=nordfell category=coat"),
    ("simple face cream", "simple face cream"),
    ("face cream by simple", "face cream by simple | brand=simple"),
    ("face cream from the brand simple", "face cream from the brand simple | brand=simple"),
    ("green tea", "green tea"),
    ("warm white lamp", "warm white lamp"),
    ("sony or simple face cream", "sony or simple face cream | brand=sony,simple"),
    ("face cream", "face cream"),
    ("jacket in cream", "jacket in cream | category=jacket colour=cream"),
    ("case for sony headphones", "case for sony headphones"),
    ("shoes size 42", "shoes | category=shoe size=42"),
    ("shoes in size 42.5", "shoes | category=shoe size=42.5"),
    ("shirt in large", "shirt | category=shirt size=l"),
    ("shirt size m", "shirt | category=shirt size=m"),
    ("xl shirt", "shirt | category=shirt size=xl"),
    ("shirt in extra large", "shirt | category=shirt size=xl"),
    ("2xl shirt", "shirt | category=shirt size=xxl"),
    ("large laptop", "large laptop | category=laptop"),
    ("jackets", "jackets | category=jacket"),
    ("pink jacket", "pink jacket | category=jacket"),
    ("light jacket for cold evenings", "light jacket for cold evenings | category=jacket"),
    ("jacket hanger", "jacket hanger"),
    (
        "red leather jacket under 100 in stock",
        "red leather jacket | category=jacket colour=red in_stock=true material=leather price<=100",
    ),
]
NEGATIONS = [
    ("jacket not leather", "jacket | category=jacket material!=leather"),
    ("jacket, no leather", "jacket | category=jacket material!=leather"),
    ("jacket but not leather", "jacket | category=jacket material!=leather"),
    ("leather-free jacket", "jacket | category=jacket material!=leather"),
    ("non-leather jacket", "jacket | category=jacket material!=leather"),
    ("non leather jacket", "jacket | category=jacket material!=leather"),
    ("jacket without leather", "jacket | category=jacket material!=leather"),
    ("jacket not made of leather or wool", "jacket | category=jacket material!=leather,wool"),
    ("jacket in anything but red", "jacket | category=jacket colour!=red"),
    ("jacket, any colour but red", "jacket | category=jacket colour!=red"),
    ("jacket, not red or blue", "jacket | category=jacket colour!=red,blue"),
    ("jacket not red, not blue", "jacket | category=jacket colour!=red,blue"),
    ("headphones except Sony", "headphones | brand!=sony category=headphone"),
    ("headphones not from Sony", "headphones | brand!=sony category=headphone"),
    ("headphones other brand than Sony", "headphones | brand!=sony category=headphone"),
    ("headphones of any brand except sony or bose", "headphones | brand!=sony,bose category=headphone"),
    ("headphones without wires", "headphones | category=headphone word!=wire"),
    ("laptop with no touch screen", "laptop | category=laptop word!=touch screen"),
    ("laptop w/o touch screen", "laptop | category=laptop word!=touch screen"),
    ("non-stick frying pan", "non-stick frying pan"),
    ("no-name router", "no-name router"),
    ("no show socks", "no show socks | category=sock"),
    ("red jacket not leather under 50", "red jacket | category=jacket colour=red material!=leather price<=50"),
    ("I don't want leather, just a jacket", "jacket | category=jacket material!=leather"),
    ("not sure what i want", "not sure what i want"),
    ("not only for gaming", "gaming"),
    ("no problem", "no problem"),
]
COURTESIES = [
    ("i'm looking for a router", "router"),
    ("Hi, do you have any routers?", "routers"),
    ("show me routers please", "routers"),
    ("please find me a router, thanks", "router"),
    ("I need something for my desk", "desk"),
    ("flea and tick control for dogs", "flea and tick control for dogs"),
    ("the north face", "the north face"),
    ("hello kitty", "hello kitty"),
    ("HDMI 2.1 cable", "HDMI 2.1 cable"),
    ("usb-c to hdmi", "usb-c to hdmi"),
]
PEOPLE = [
    ("something for my mom, she hates leather", " | material!=leather"),
    ("something for my mom, she hates wireless things", " | word!=wireless"),
    ("headphones for my dad, he doesn't like wires", "headphones | category=headphone word!=wire"),
    ("gift for my dad who likes running", "running"),
    ("birthday present for her", ""),
    ("a gift for my best friend, she is into gaming", "gaming"),
    ("jacket for my girlfriend", "jacket | category=jacket"),
    ("my brother loves green tea", "green tea"),
    ("flea collar for my dog", "flea collar for my dog"),
    ("shirt for men", "shirt for men | category=shirt"),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    PEOPLE + PRICES + RATING_STOCK_SORT + FACETS + NEGATIONS + COURTESIES,
    ids=lambda value: str(value),
)
def test_a_first_message(understander: Understander, text: str, expected: str) -> None:
    reading = understander.understand(text)
    assert reading.kind == "new"
    assert spelled(reading.query) == expected


@pytest.mark.parametrize("text", NO_PRICES)
def test_numbers_that_are_no_prices(understander: Understander, text: str) -> None:
    query = understander.understand(text).query
    assert not [one for one in query.constraints if one.facet is Facet.PRICE], spelled(query)


BEFORE = "blue jacket under 80"
AMENDMENTS = [
    ("under 50", "blue jacket | category=jacket colour=blue price<=50"),
    ("over 20", "blue jacket | category=jacket colour=blue price<=80 price>=20"),
    ("over 100", "blue jacket | category=jacket colour=blue price>=100"),
    ("in red instead", "jacket red | category=jacket colour=red price<=80"),
    ("in red", "jacket red | category=jacket colour=red price<=80"),
    ("red", "jacket red | category=jacket colour=red price<=80"),
    ("make it red", "jacket red | category=jacket colour=red price<=80"),
    ("what about red?", "jacket red | category=jacket colour=red price<=80"),
    ("also in red", "blue jacket red | category=jacket colour=blue,red price<=80"),
    ("red too", "blue jacket red | category=jacket colour=blue,red price<=80"),
    ("not blue", "jacket | category=jacket colour!=blue price<=80"),
    ("any colour", "jacket | category=jacket price<=80"),
    ("colour doesn't matter", "jacket | category=jacket price<=80"),
    ("the price doesn't matter", "blue jacket | category=jacket colour=blue"),
    ("forget the price", "blue jacket | category=jacket colour=blue"),
    ("drop the colour", "jacket | category=jacket price<=80"),
    ("any price", "blue jacket | category=jacket colour=blue"),
    ("another colour", "jacket | category=jacket colour!=blue price<=80"),
    ("no leather", "blue jacket | category=jacket colour=blue material!=leather price<=80"),
    ("no, not sony", "blue jacket | brand!=sony category=jacket colour=blue price<=80"),
    ("only sony", "blue jacket sony | brand=sony category=jacket colour=blue price<=80"),
    ("size 42", "blue jacket | category=jacket colour=blue price<=80 size=42"),
    ("cheapest first", "blue jacket | category=jacket colour=blue price<=80 | price_asc"),
    ("sort by rating", "blue jacket | category=jacket colour=blue price<=80 | rating"),
    ("only in stock", "blue jacket | category=jacket colour=blue in_stock=true price<=80"),
    ("clear all filters", "jacket"),
    ("with a hood", "blue jacket hood | category=jacket colour=blue price<=80"),
    ("coats instead", "blue coats | category=coat colour=blue price<=80"),
    ("cheaper", "blue jacket | category=jacket colour=blue price<=45.49"),
    ("something cheaper", "blue jacket | category=jacket colour=blue price<=45.49"),
    ("cheaper than the second one", "blue jacket | category=jacket colour=blue price<=129.89"),
    ("cheaper than 40", "blue jacket | category=jacket colour=blue price<=40"),
    ("too expensive", "blue jacket | category=jacket colour=blue price<=45.49"),
    ("more expensive", "blue jacket | category=jacket colour=blue price>=129.91"),
    ("another brand", "blue jacket | brand!=sony,bose,nordfell category=jacket colour=blue price<=80"),
    ("a different brand than Sony", "blue jacket | brand!=sony category=jacket colour=blue price<=80"),
    ("in green instead of blue", "jacket green | category=jacket colour!=blue colour=green price<=80"),
    ("and in red?", "jacket red | category=jacket colour=red price<=80"),
    ("do you have it in red?", "jacket red | category=jacket colour=red price<=80"),
    ("any colour is fine", "jacket | category=jacket price<=80"),
    ("i can go up to 150", "blue jacket | category=jacket colour=blue price<=150"),
    ("sorry, i meant a coat", "blue coat | category=coat colour=blue price<=80"),
    ("only nordfell please", "blue jacket nordfell | brand=nordfell category=jacket colour=blue price<=80"),
    ("like the first one but cheaper", "blue jacket | category=jacket colour=blue price<=78.99"),
    ("ok", "blue jacket | category=jacket colour=blue price<=80"),
    ("under 50 and not leather", "blue jacket | category=jacket colour=blue material!=leather price<=50"),
]


@pytest.mark.parametrize(("text", "expected"), AMENDMENTS)
@pytest.mark.parametrize("hint", [True, None])
def test_an_amendment(understander: Understander, text: str, expected: str, hint: bool | None) -> None:
    previous = understander.understand(BEFORE).query
    reading = understander.understand(text, previous=previous, shown=SHOWN, amend=hint)
    assert reading.kind == "amend"
    assert spelled(reading.query) == expected
    assert set(reading.added) == set(reading.query.constraints) - set(previous.constraints)
    assert set(reading.removed) == set(previous.constraints) - set(reading.query.constraints)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("show me laptops", True),
        ("i need running shoes under 50", None),
        ("headphones", True),
        ("laptop bag", False),
        ("do you have gaming mice?", None),
        ("sony", False),
        ("red jacket", False),
        ("something for my mom, she hates leather", False),
    ],
)
def test_a_new_search(understander: Understander, text: str, hint: bool | None) -> None:
    previous = understander.understand(BEFORE).query
    reading = understander.understand(text, previous=previous, shown=SHOWN, amend=hint)
    assert reading.kind == "new"
    assert reading.removed == ()
    assert not {"jacket | category=jacket colour=blue price<=80"} & {spelled(reading.query)}


@pytest.mark.parametrize("text", ["under 30", "not leather", "in red", "only sony", "with a hood"])
def test_words_overrule_the_hint_of_a_new_search(understander: Understander, text: str) -> None:
    previous = understander.understand(BEFORE).query
    assert understander.understand(text, previous=previous, amend=False).kind == "amend"


def test_bigger_goes_one_size_up(understander: Understander) -> None:
    previous = understander.understand("shirt size m").query
    assert spelled(understander.understand("bigger", previous=previous).query) == "shirt | category=shirt size=l"
    previous = understander.understand("shoes size 42").query
    assert spelled(understander.understand("a size down", previous=previous).query) == "shoes | category=shoe size=41"


REFERENCES = [
    ("the second one", "b"),
    ("2nd", "b"),
    ("#2", "b"),
    ("number 3", "c"),
    ("no. 2 please", "b"),
    ("the last one", "c"),
    ("the first two", "ab"),
    ("compare the first and the third", "ac"),
    ("all of them", "abc"),
    ("that Sony", "a"),
    ("the red one", "b"),
    ("the earbuds one", "c"),
    ("add the bose one to my cart", "b"),
    ("the cheapest one", "c"),
    ("the most expensive one", "b"),
    ("details of the 3rd", "c"),
    ("is the first one in stock?", "a"),
    ("number 7", ""),
    ("first aid kit", ""),
    ("the cheapest headphones", ""),
    ("the headphones one", ""),
    ("add it to my cart", ""),
]


@pytest.mark.parametrize(("text", "ids"), REFERENCES)
def test_references(understander: Understander, text: str, ids: str) -> None:
    assert "".join(understander.understand(text, shown=SHOWN).references) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [("the cheaper of the two", "a"), ("both", "ab"), ("the dearer one", "b"), ("compare the two", "ab")],
)
def test_references_among_two(understander: Understander, text: str, ids: str) -> None:
    assert "".join(understander.understand(text, shown=SHOWN[:2]).references) == ids


@pytest.mark.parametrize("text", ["add it to my cart", "is this in stock", "that one please", "cheaper than this one"])
def test_it_is_the_only_product_shown(understander: Understander, text: str) -> None:
    assert understander.understand(text, shown=SHOWN[:1]).references == ("a",)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("two of them", 2),
        ("add 3 of these", 3),
        ("3x", 3),
        ("x2", 2),
        ("make it 4", 4),
        ("quantity 5", 5),
        ("2 for 20", 2),
        ("make it red", None),
        ("4x optical zoom camera", None),
        ("set of 10 lights", None),
        ("1920x1080 monitor", None),
    ],
)
def test_quantities(understander: Understander, text: str, quantity: int | None) -> None:
    assert understander.understand(text, shown=SHOWN).quantity == quantity


@pytest.mark.parametrize(
    ("text", "known"),
    [("blue jacket", True), ("asdf qwer", False), ("", False), ("the and of", False), ("under 30", True)],
)
def test_known_tells_words_from_noise(understander: Understander, text: str, known: bool) -> None:
    assert understander.understand(text).known is known


def test_every_part_names_the_characters_it_was_read_from(understander: Understander) -> None:
    text = "please, a red jacket under $30, not leather"
    parts = {text[part.start : part.end]: part.meaning for part in understander.understand(text).parts}
    assert parts == {
        "red": "colour red",
        "under $30": "price at most 30",
        "not leather": "not leather",
    }


def test_a_condition_nothing_in_the_catalogue_states_is_left_to_the_words() -> None:
    reading = Understander(Vocabulary()).understand("red sony jacket size 42 under 30")
    assert reading.query == Query("red sony jacket size 42", (Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal(30)),))


def test_a_vocabulary_is_plain_data(vocabulary: Vocabulary) -> None:
    assert pickle.loads(pickle.dumps(vocabulary)) == vocabulary
