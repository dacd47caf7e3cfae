from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from sklearn.metrics import matthews_corrcoef

from bot.nlu.evaluate_intents import NO_INTENT, main

EXAMPLES = {
    "OPENING": ["when do you open", "opening hours please", "are you open on sunday", "what time do you close"],
    "DELIVERY": ["how long does delivery take", "where is my parcel", "do you ship abroad", "delivery cost"],
    "[Pay](x)": ["can I pay by card", "do you take cash", "payment methods", "is paying later possible"],
}


def write(path: Path, rows: list[list[str]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return str(path)


def train_file(folder: Path) -> str:
    rows = [[text, label] for label, texts in EXAMPLES.items() for text in texts]
    return write(folder / "train.csv", [["sentence", "label"], *rows])


def test_each_sentence_gets_a_row_in_order(tmp_path: Path) -> None:
    sentences = ["opening hours?", "the parcel,\nwhere is it", "[cash](y) payment", "", "zxqv wpt"]
    test = write(tmp_path / "test.csv", [["sentence"], *([text] for text in sentences)])
    out = tmp_path / "out.csv"
    main(train_file(tmp_path), test, str(out))
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["sentence"] for row in rows] == sentences
    assert [row["label"] for row in rows] == ["OPENING", "DELIVERY", "[Pay](x)", NO_INTENT, NO_INTENT]
    assert all(0 <= float(row["confidence"]) <= 1 for row in rows)


def test_the_same_files_give_the_same_answer(tmp_path: Path) -> None:
    test = write(tmp_path / "test.csv", [["sentence"], ["when are you there"], ["how do I pay"]])
    train = train_file(tmp_path)
    main(train, test, str(tmp_path / "one.csv"))
    main(train, test, str(tmp_path / "two.csv"))
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["text", "label"], ["a", "b"]], "has no column sentence"),
        ([["sentence", "label"], ["a"]], "line 2, has too few columns"),
        ([["sentence", "label"], ["a", "b"], ["c", "b"]], "at least two labels"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[list[str]], sentence: str
) -> None:
    train = write(tmp_path / "train.csv", rows)
    test = write(tmp_path / "test.csv", [["sentence"], ["a"]])
    with pytest.raises(SystemExit) as exit_:
        main(train, test, str(tmp_path / "out.csv"))
    assert exit_.value.code == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.real_data
def test_messages_of_a_real_bot(tmp_path: Path) -> None:
    """The best published Matthews correlation on this bot is .638, its threshold chosen on the test itself."""
    folder = Path(os.environ.get("SHOPTALK_DATA", "missing")) / "intents"
    if not folder.is_dir():
        pytest.skip("SHOPTALK_DATA names no folder with intents/")
    test = folder / "sofmattress.test.csv"
    main(str(folder / "sofmattress.train.csv"), str(test), str(tmp_path / "out.csv"))
    with (
        test.open(encoding="utf-8", newline="") as gold,
        (tmp_path / "out.csv").open(encoding="utf-8", newline="") as said,
    ):
        right = [row["label"] for row in csv.DictReader(gold)]
        labels = [row["label"] for row in csv.DictReader(said)]
    assert matthews_corrcoef(right, labels) >= 0.66
