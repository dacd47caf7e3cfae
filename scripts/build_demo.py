"""Writes the demo shop's files to build/demo, unless its generator and hand-written parts have not changed since."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "data" / "demo"
TARGET = ROOT / "build" / "demo"


def main() -> None:
    """Build the demo shop into a temporary folder, then put it in place."""
    digest = hashlib.sha256()
    for path in sorted(path for path in SOURCE.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        digest.update(str(path.relative_to(SOURCE)).encode() + path.read_bytes())
    stamp = TARGET / ".made-from"
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    print("make: writing the demo shop to build/demo", flush=True)
    fresh = TARGET.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(exist_ok=True)
    subprocess.run([sys.executable, str(SOURCE / "generate.py"), str(fresh)], check=True)
    (fresh / ".made-from").write_text(digest.hexdigest())
    shutil.rmtree(TARGET, ignore_errors=True)
    fresh.rename(TARGET)


if __name__ == "__main__":
    main()
