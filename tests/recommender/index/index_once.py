"""The program that test_indexer_killed.py runs and kills: index the catalogue of a home, then end.

python index_once.py HOME   prints "begins" once everything is loaded, "done" once everything is indexed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.hashing import HashingEncoder
from recommender.index.chroma import ChromaVectorStore
from recommender.index.indexer import Indexer

home = Path(sys.argv[1])
database = Database(f"sqlite:///{home / 'shoptalk.db'}")
encoder = HashingEncoder()
catalogue = SqlCatalogue(database, SystemClock())
print("begins", flush=True)
with ChromaVectorStore(home / "chroma", encoder.version, encoder.dimension) as store:
    Indexer(catalogue, encoder, store, home / "index").catch_up()
print("done", flush=True)
