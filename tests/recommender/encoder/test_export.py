"""Is what is exported the model that was named, whole, and refused where it cannot be?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import BoW, Dense, Normalize, Pooling, Transformer
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from recommender.encoder.export import PACKAGED_MODEL, export_encoder, source_folder
from recommender.encoder.manifest import Manifest
from recommender.encoder.onnx import OnnxEncoder
from recommender.errors import ConfigurationError

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "lamp", "red", "sofa", "wool", "##s"]
TEXTS = ["a red lamp", "sofas", "wool wool wool a red sofa"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of one small layer, with a Dense module and without normalisation after it."""
    folder = tmp_path_factory.mktemp("models")
    tokenizer = Tokenizer(WordPiece({word: number for number, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=12, **names).save_pretrained(folder / "bert")
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=12,
    )
    BertModel(config).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=12)
    modules = [transformer, Pooling(16, "mean"), Dense(16, 8), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder / "tiny"), create_model_card=False)
    return folder / "tiny"


@pytest.fixture(scope="module")
def exported(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build") / "encoder"
    export_encoder(str(tiny), folder)
    return folder


def test_the_graph_gives_what_the_model_gives(tiny: Path, exported: Path) -> None:
    model = SentenceTransformer(str(tiny), device="cpu", local_files_only=True)
    encoder = OnnxEncoder.load(exported, "fp32")
    assert encoder.dimension == 8
    np.testing.assert_allclose(encoder.encode(TEXTS), model.encode(TEXTS), atol=1e-5)


def test_long_texts_are_cut_as_the_model_cuts_them(tiny: Path, exported: Path) -> None:
    text = "red lamp " * 40
    model = SentenceTransformer(str(tiny), device="cpu", local_files_only=True)
    np.testing.assert_allclose(OnnxEncoder.load(exported, "fp32").encode([text]), model.encode([text]), atol=1e-5)
    assert Manifest.read(exported).max_length == 12


def test_nothing_is_padded(exported: Path) -> None:
    assert json.loads((exported / "tokenizer.json").read_text(encoding="utf-8"))["padding"] is None


def test_no_path_of_this_machine_is_left_in_the_graph(exported: Path) -> None:
    assert b".py" not in (exported / "model.onnx").read_bytes()
    onnx.checker.check_model(onnx.load(exported / "model.onnx"))


def test_what_is_there_already_is_not_made_again(tiny: Path, exported: Path) -> None:
    before = (exported / "model.onnx").stat().st_mtime_ns
    export_encoder(str(tiny), exported)
    assert (exported / "model.onnx").stat().st_mtime_ns == before


def test_a_damaged_file_is_refused_and_made_again(tiny: Path, exported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(exported, folder)
    with (folder / "model-int8.onnx").open("r+b") as file:
        file.seek(100)
        file.write(b"damage")
    with pytest.raises(ConfigurationError, match=r"model-int8\.onnx is missing or damaged"):
        OnnxEncoder.load(folder)
    export_encoder(str(tiny), folder)
    assert OnnxEncoder.load(folder).version == OnnxEncoder.load(exported).version
    assert [path.name for path in tmp_path.iterdir()] == ["encoder"]


def test_other_weights_are_another_version(tiny: Path, exported: Path, tmp_path: Path) -> None:
    other = tmp_path / "tiny"
    shutil.copytree(tiny, other)
    weights = other / "2_Dense" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    export_encoder(str(other), tmp_path / "encoder")
    assert Manifest.read(tmp_path / "encoder").version != Manifest.read(exported).version


def test_a_model_that_works_on_words_outside_any_graph_is_refused(tmp_path: Path) -> None:
    SentenceTransformer(modules=[BoW(VOCABULARY)], device="cpu").save(str(tmp_path / "bow"), create_model_card=False)
    with pytest.raises(ConfigurationError, match="BoW"):
        export_encoder(str(tmp_path / "bow"), tmp_path / "encoder")
    assert not (tmp_path / "encoder").exists()


def test_a_model_with_prompts_is_refused(tiny: Path, tmp_path: Path) -> None:
    prompted = tmp_path / "prompted"
    shutil.copytree(tiny, prompted)
    path = prompted / "config_sentence_transformers.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(config | {"prompts": {"query": "query: ", "document": ""}}), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="prompts"):
        export_encoder(str(prompted), tmp_path / "encoder")


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"modules\.json"):
        export_encoder(str(tmp_path), tmp_path / "encoder")


def test_the_packaged_model_is_the_one_that_was_measured() -> None:
    assert (source_folder(PACKAGED_MODEL) / "modules.json").is_file()
