"""What `fit()` costs on backend docker besides the container: a job that does nothing, and `docker run` of its image.

    python benchmarks/docker/benchmark.py [ROUNDS]

Needs an engine and `python:3.11-slim-bookworm`. Both are run in turn; medians and their ratio are printed. What `fit`
does more: it writes the tree, starts the launcher (a Python process), follows the log, writes the result, removes the
container.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from smtf_core import TensorFlow
from smtf_core.client.display import Display

TAG = "smtf-benchmark-nothing:1"
DOCKERFILE = """FROM python:3.11-slim-bookworm
RUN printf '#!/bin/sh\\n' > /usr/local/bin/train && chmod 755 /usr/local/bin/train
"""


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main(rounds: int) -> None:
    """Measure and print."""
    subprocess.run(["docker", "build", "--quiet", "--tag", TAG, "-"], input=DOCKERFILE, text=True, check=True)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.py"
        script.write_text("def model_fn(): pass\n")

        def fit() -> None:
            estimator = TensorFlow(script, backend="docker", image_name=TAG, output_path=folder)
            estimator.fit(display=Display(quiet=True))

        def run() -> None:
            subprocess.run(["docker", "run", "--rm", TAG, "train"], check=True)

        fit()  # looks at the image once
        measured = [(seconds(run), seconds(fit)) for _ in range(rounds)]
    plain, ours = (statistics.median(column) for column in zip(*measured, strict=True))
    print(f"docker run {plain:.2f} s, fit() {ours:.2f} s: ratio {ours / plain:.2f}, {ours - plain:.2f} s more")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
