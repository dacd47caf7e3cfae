"""How does the demo shop get into an empty home?"""

from __future__ import annotations

import shutil
import subprocess
import sys

from recommender.errors import ConfigurationError
from recommender.settings import Settings

__all__ = ["load_demo"]


def load_demo(settings: Settings) -> None:
    """Import the demo shop, its past events and its files; a home that holds any product is left alone.

    Raises:
        ConfigurationError: `make setup` has not written the demo shop, or an import failed.
    """
    from recommender.catalogue.store import SqlCatalogue
    from recommender.clock import SystemClock
    from recommender.db import Database

    database = Database(settings.sql_url)
    filled = SqlCatalogue(database, SystemClock()).last_change() > 0
    database.close()
    # Says, as long as it lies there, that a load was broken off; the imports can be repeated without harm.
    loading = settings.home / "demo-loading"
    if filled and not loading.exists():
        return
    source = settings.build / "demo"
    if not (source / "products.jsonl").is_file():
        raise ConfigurationError(f"The demo shop is not in {source}: run `make setup`.")
    loading.touch()
    for name in ("faq.yml", "orders.csv", "synonyms.yml"):
        shutil.copyfile(source / name, settings.shop_dir / name)
    shutil.copytree(source / "policies", settings.shop_dir / "policies", dirs_exist_ok=True)
    shutil.copytree(source / "pictures", settings.shop_dir / "pictures", dirs_exist_ok=True)
    for kind, name in (("catalog", "products.jsonl"), ("events", "events.csv")):
        command = [sys.executable, "-m", "bot", kind, "import", str(source / name)]
        if subprocess.run(command).returncode != 0:
            raise ConfigurationError(f"The demo shop's {name} could not be imported: see the message above.")
    loading.unlink()
