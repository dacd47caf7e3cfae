"""Does every encoder keep the promises of the port?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from recommender.encoder.hashing import HashingEncoder
from recommender.encoder.onnx import OnnxEncoder
from recommender.encoder.port import Encoder
from recommender.errors import ConfigurationError
from recommender.settings import Settings

TEXTS = [
    "a lamp",
    "a warm wool blanket for the guest room, washable",
    "",
    "   ",
    "Stehlampe für draußen 🌧",
    "\ud800 half a character",
    "word " * 500,
    "lamp\x00\n[SEP] [PAD]",
]


class EncoderContract:
    """What holds of every `Encoder`; a subclass says which with a fixture."""

    @pytest.fixture
    def encoder(self) -> Encoder:
        raise NotImplementedError

    def test_vectors_are_unit_rows_of_float32(self, encoder: Encoder) -> None:
        vectors = encoder.encode(TEXTS)
        assert vectors.shape == (len(TEXTS), encoder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    def test_the_vector_of_a_text_does_not_depend_on_its_neighbours(self, encoder: Encoder) -> None:
        together = encoder.encode(TEXTS)
        for text, vector in zip(TEXTS, together, strict=True):
            np.testing.assert_array_equal(encoder.encode([text])[0], vector)

    def test_rows_come_in_the_order_of_the_texts(self, encoder: Encoder) -> None:
        np.testing.assert_array_equal(encoder.encode(TEXTS[::-1]), encoder.encode(TEXTS)[::-1])

    def test_nothing_gives_no_rows(self, encoder: Encoder) -> None:
        assert encoder.encode([]).shape == (0, encoder.dimension)

    def test_threads_do_not_disturb_each_other(self, encoder: Encoder) -> None:
        alone = encoder.encode(TEXTS)
        with ThreadPoolExecutor(4) as pool:
            for vectors in pool.map(encoder.encode, [TEXTS] * 8):
                np.testing.assert_array_equal(vectors, alone)

    def test_texts_that_share_words_are_nearer_than_texts_that_do_not(self, encoder: Encoder) -> None:
        lamp, same, other = encoder.encode(["a tall brass lamp", "tall brass lamp", "frozen mussels in butter"])
        assert lamp @ same > lamp @ other

    def test_the_version_can_name_a_folder(self, encoder: Encoder) -> None:
        assert encoder.version
        assert all(character.isascii() and (character.isalnum() or character in "._-") for character in encoder.version)


class TestHashingEncoder(EncoderContract):
    @pytest.fixture
    def encoder(self) -> Encoder:
        return HashingEncoder()

    def test_another_dimension_is_another_version(self) -> None:
        assert HashingEncoder(32).version != HashingEncoder(64).version


@pytest.fixture(scope="module")
def exported() -> Path:
    folder = Settings().build / "encoder"
    if not (folder / "manifest.json").is_file():
        pytest.skip("needs the exported encoder: run `python -m recommender.encoder.export`")
    return folder


@pytest.fixture(scope="module")
def int8(exported: Path) -> OnnxEncoder:
    return OnnxEncoder.load(exported)


@pytest.fixture(scope="module")
def fp32(exported: Path) -> OnnxEncoder:
    return OnnxEncoder.load(exported, "fp32")


class TestInt8Encoder(EncoderContract):
    @pytest.fixture
    def encoder(self, int8: OnnxEncoder) -> Encoder:
        return int8

    def test_meaning_counts_and_not_only_spelling(self, encoder: Encoder) -> None:
        sofa, couch, software = encoder.encode(["sofa", "couch", "software"])
        assert sofa @ couch > sofa @ software

    def test_it_stays_close_to_full_precision(self, encoder: Encoder, fp32: OnnxEncoder) -> None:
        texts = ["garden chair, folding, acacia", "usb c cable 2 m", "running shoes for wide feet", "something for tea"]
        assert (fp32.encode(texts) * encoder.encode(texts)).sum(axis=1).min() > 0.97


class TestInt8EncoderOnTwoThreads(EncoderContract):
    @pytest.fixture
    def encoder(self, exported: Path) -> Encoder:
        return OnnxEncoder.load(exported, threads=2)

    def test_it_gives_what_one_thread_gives(self, encoder: Encoder, int8: OnnxEncoder) -> None:
        texts = [f"chair number {number}" + " with arms" * (number % 7) for number in range(40)]
        assert np.array_equal(encoder.encode(texts), int8.encode(texts))


class TestFp32Encoder(EncoderContract):
    @pytest.fixture
    def encoder(self, fp32: OnnxEncoder) -> Encoder:
        return fp32


def test_precisions_are_versions_of_their_own(int8: OnnxEncoder, fp32: OnnxEncoder) -> None:
    assert int8.version != fp32.version


def test_an_unknown_precision_is_refused(exported: Path) -> None:
    with pytest.raises(ConfigurationError, match="SHOPTALK_PRECISION"):
        OnnxEncoder.load(exported, "fp16")


def test_a_folder_without_an_encoder_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"recommender\.encoder\.export"):
        OnnxEncoder.load(tmp_path)
