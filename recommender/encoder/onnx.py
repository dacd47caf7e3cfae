"""How does the exported sentence encoder turn texts into vectors while the shop is open?"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Final, Self, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from recommender.encoder.manifest import Manifest
from recommender.encoder.scripts import is_read, scripts_of
from recommender.errors import ConfigurationError, UnavailableError

__all__ = ["OnnxEncoder"]

_GRAPHS: Final[dict[str, str]] = {"int8": "model-int8.onnx", "fp32": "model.onnx"}


class OnnxEncoder:
    """The `Encoder` that runs what `recommender.encoder.export` wrote, with onnxruntime on one thread for each text.

    Texts are run one by one, each at its own length. That costs nothing (nothing is padded, and `threads` texts are
    under way at once), and it is what makes the vector of a text independent of its neighbours: the int8 graph scales
    its activations by the largest in the whole batch, so in batches the same text would come out a little different
    each time.

    Queries and products use one precision, which is part of `version`. `benchmarks/index.py` prints what int8 costs in
    nDCG and gains in speed on the catalogue it is given. Safe to use from several threads.
    """

    def __init__(
        self, tokenizer: Tokenizer, session: onnxruntime.InferenceSession, version: str, threads: int = 1
    ) -> None:
        self.version = version
        self._threads = threads
        self.dimension = int(session.get_outputs()[0].shape[1])
        self._tokenizer = tokenizer
        self._session = session
        self._inputs = [node.name for node in session.get_inputs()]

    @classmethod
    def load(cls, folder: Path, precision: str = "int8", *, threads: int = 1) -> Self:
        """The encoder exported to `folder`, with weights of `precision` ("int8" or "fp32").

        `threads` texts are run at once: one while shoppers are served, all the machine has where nobody waits.

        Raises:
            ConfigurationError: there is none, its files are damaged, or the precision has another name.
        """
        graph = _GRAPHS.get(precision)
        if graph is None:
            raise ConfigurationError(f"SHOPTALK_PRECISION is {precision!r}: set it to int8 or fp32.")
        manifest = Manifest.read(folder)
        manifest.check(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(folder / graph, options, providers=["CPUExecutionProvider"])
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # both libraries raise bare Exceptions
            raise ConfigurationError(f"The encoder in {folder} cannot be loaded: {error}.") from error
        return cls(tokenizer, session, f"{manifest.version}-{precision}", threads)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of `texts`: shape (len(texts), dimension), float32.

        Raises:
            UnavailableError: onnxruntime failed.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)

        def encode_one(row: int) -> None:
            vectors[row] = self._run(self._tokenizer.encode(_encodable(texts[row])))

        if self._threads > 1 and len(texts) > 1:
            with ThreadPoolExecutor(self._threads) as pool:
                list(pool.map(encode_one, range(len(texts))))
        else:
            for row in range(len(texts)):
                encode_one(row)
        return vectors

    def reads(self, text: str) -> bool:
        """Whether the text is in a script of which this encoder knows words."""
        return text.isascii() or is_read(text, self._scripts)

    @cached_property
    def _scripts(self) -> frozenset[str]:
        return scripts_of(self._tokenizer.get_vocab())

    def _run(self, tokens: Encoding) -> NDArray[np.float32]:
        named = {"input_ids": tokens.ids, "attention_mask": tokens.attention_mask, "token_type_ids": tokens.type_ids}
        feed = {name: np.array([named[name]], dtype=np.int64) for name in self._inputs}
        try:
            return cast("NDArray[np.float32]", self._session.run(None, feed)[0][0])
        except Exception as error:  # onnxruntime raises bare Exceptions
            raise UnavailableError(f"The sentence encoder {self.version} failed: {error}.") from error


def _encodable(text: str) -> str:
    # A lone surrogate, which JSON can smuggle in, is no UTF-8 and would fail in the tokenizer.
    return text.encode("utf-8", errors="replace").decode("utf-8")
