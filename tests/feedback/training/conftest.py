"""A sentence encoder so small that it trains in a moment, and grades that it can learn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from feedback.training.supervision import Grade, Supervision
from recommender.encoder.export import export_encoder

COLOURS = ("red", "green", "blue", "black")
THINGS = ("sofa", "lamp", "kettle", "chair", "rug")
WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *COLOURS,
    *THINGS,
    "couch",
    "a",
    "for",
    "home",
    *["light", "boiler", "seat", "carpet"],
]
TEXTS = {f"{colour}-{thing}": f"{colour} {thing} for home" for colour in COLOURS for thing in THINGS}


def write_tiny(folder: Path) -> Path:
    """A BERT of two layers, saved as a sentence-transformers model."""
    tokenizer = Tokenizer(WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    names = {
        "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
    }  # fmt: skip
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=16, **names).save_pretrained(folder / "bert")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=16,
    )
    BertModel(config).save_pretrained(folder / "bert")
    modules = [Transformer(str(folder / "bert"), max_seq_length=16), Pooling(32, "mean"), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder / "tiny"), create_model_card=False)
    return folder / "tiny"


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Threads that fight over few cores make tiny matrices a hundred times slower."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny-encoder"))


@pytest.fixture(scope="session")
def exported(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build whose encoder is the small one."""
    build = tmp_path_factory.mktemp("build")
    export_encoder(str(tiny_folder), build / "encoder")
    return build


@pytest.fixture
def tiny(tiny_folder: Path) -> SentenceTransformer:
    return SentenceTransformer(
        str(tiny_folder), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
    )


@pytest.fixture
def supervision() -> Supervision:
    """For each thing: products that are it are right, in whatever colour; "couch" means sofa."""
    asked = {thing: thing for thing in THINGS} | {"couch": "sofa"}
    return Supervision(
        tuple(
            Grade(f"a {query}", item_id, 1.0 if item_id.endswith(thing) else 0.0)
            for query, thing in asked.items()
            for item_id in TEXTS
        ),
        "test",
    )
