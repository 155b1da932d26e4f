"""``look FACTORY HANDLE``: what a backend says of a job that another process has submitted; HANDLE is a JSON file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from smtf_core.models import JobHandle
from smtf_core.models.converter import from_data, to_data
from smtf_core.plugins import PluginManager
from smtf_core.testing.programs import load


def main(factory: str, path: str) -> None:
    """Ask, and print the answers as JSON."""
    handle = from_data(json.loads(Path(path).read_text(encoding="utf-8")), JobHandle, path)
    backend = load(factory)(PluginManager())
    told = {
        "status": to_data(backend.status(handle)),
        "result": to_data(backend.result(handle)),
        "lines": len(list(backend.logs(handle))),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
