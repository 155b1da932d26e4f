"""Merge what collect.py printed, oldest release first, into smtf_core/tf1_api/history.json.gz.

python merge.py 1.4.json 1.5.json … 1.11.json: each dotted name gets its stretches of releases in which it existed with
the same arguments: [[first, last, "arguments"], …], releases counted from 0.
"""

import gzip
import json
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "smtf_core" / "tf1_api" / "history.json.gz"


def stretches(name, releases):
    """Runs of releases with the same arguments."""
    runs = []
    for number, release in enumerate(releases):
        if name not in release:
            continue
        arguments = release[name]
        text = None if arguments is None else " ".join(arguments)
        if runs and runs[-1][1] == number - 1 and runs[-1][2] == text:
            runs[-1][1] = number
        else:
            runs.append([number, number, text])
    return runs


if __name__ == "__main__":
    releases = [json.loads(Path(file).read_text()) for file in sys.argv[1:]]
    names = sorted({name for release in releases for name in release})
    table = {name.removeprefix("tf."): stretches(name, releases) for name in names}
    data = json.dumps(table, separators=(",", ":")).encode()
    TABLE.write_bytes(gzip.compress(data, mtime=0))
    print(len(table), "names,", TABLE.stat().st_size, "bytes")
