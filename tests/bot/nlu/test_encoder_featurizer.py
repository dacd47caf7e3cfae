from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import Bench
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder_featurizer import EncoderFeaturizer, SentenceEncoder, encoder_folder, spell_out_symbols


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder(encoder_folder())


def test_a_vector_is_of_unit_length_and_the_manifests_size(encoder: SentenceEncoder) -> None:
    vector = encoder.encode("a raincoat for the dog")
    assert vector.shape == (encoder.dimension,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


def test_the_same_text_has_the_same_vector_whatever_came_before(encoder: SentenceEncoder) -> None:
    first = encoder.encode("two mugs please")
    encoder.encode("where is my order, it should have been here on monday " * 3)
    assert np.array_equal(encoder.encode("two mugs please"), first)


def test_meaning_is_nearer_than_wording(encoder: SentenceEncoder) -> None:
    query = encoder.encode("where is my parcel")
    assert query @ encoder.encode("has the package been shipped yet") > query @ encoder.encode(
        "where is my umbrella stand"
    )


def test_a_text_longer_than_the_encoder_reads_is_cut(encoder: SentenceEncoder) -> None:
    assert np.isfinite(encoder.encode("word " * 20_000)).all()


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("plain words, 20 €", "plain words, 20 €"),
        ("👍", " thumbs up sign "),
        ("no 👎!", "no  thumbs down sign !"),
        ("20° and ACME™", "20° and ACME™"),
        ("红色的鞋", "红色的鞋"),
    ],
)
def test_pictographs_are_spelled_out(text: str, spelled: str) -> None:
    assert spell_out_symbols(text) == spelled


def test_thumbs_up_and_down_differ(encoder: SentenceEncoder) -> None:
    up, down = encoder.encode("👍"), encoder.encode("👎")
    assert up @ down < 0.95
    assert up @ encoder.encode("thumbs up") > up @ encoder.encode("shoe")


def test_a_message_gets_one_sentence_feature_and_an_empty_one_none(bench: Bench) -> None:
    featurizer = bench.create(EncoderFeaturizer)
    message, empty = featurizer.process([Message({TEXT: "blue jeans"}), Message({TEXT: ""})])
    sequence, sentence = message.get_dense_features(TEXT)
    assert sequence is None
    assert sentence.features.shape == (1, 384)
    assert empty.features == []


def test_a_model_of_another_encoder_is_refused(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.create(EncoderFeaturizer).train(TrainingData())
    assert bench.load(EncoderFeaturizer) is not None

    other = tmp_path / "build" / "encoder"
    shutil.copytree(encoder_folder(), other)
    manifest = json.loads((other / "manifest.json").read_text())
    (other / "manifest.json").write_text(json.dumps({**manifest, "version": "another"}))
    monkeypatch.setenv("SHOPTALK_BUILD", str(tmp_path / "build"))
    with pytest.raises(RasaException, match=r"trained with encoder .* but .* holds another: run make setup"):
        bench.load(EncoderFeaturizer)


def test_a_missing_export_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(RasaException, match="run make setup"):
        SentenceEncoder(tmp_path)
