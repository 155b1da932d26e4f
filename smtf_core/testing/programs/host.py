"""``host FACTORY ROOT ROLE MODE REFUSED…``: one process of a host under a strategy.

MODE is what its training does: ``return``, ``raise``, or ``both``, one after the other; ``serve``: it does not train;
``look``: it only asks for the host's processes. Prints JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from smtf_core.interfaces import Cluster, processes_of
from smtf_core.models import Layout, TrainingEnvironment, TrainingResult
from smtf_core.models.environment import read_environment
from smtf_core.testing.programs import load


def main(factory: str, root: str, role: str, mode: str, *refused: str) -> None:
    """Be that process."""
    environment = read_environment(Layout(Path(root)), role)
    strategy = load(factory)()
    if mode == "look":
        processes_of(strategy, environment)
        print(json.dumps({"heavy": [name for name in refused if name in sys.modules]}))
    elif mode == "serve":
        strategy.serve(environment)
    else:
        told: dict[str, Any] = {}
        if mode in ("return", "both"):
            told |= _returning(strategy, environment)
        if mode in ("raise", "both"):
            told |= _raising(strategy, environment)
        print(json.dumps(told))


def _returning(strategy: Any, environment: TrainingEnvironment) -> dict[str, Any]:
    clusters: list[Cluster] = []
    result = TrainingResult(state="Completed", global_step=42)

    def train(cluster: Cluster) -> TrainingResult:
        clusters.append(cluster)
        return result

    returned = strategy.run(environment, train)
    return {"returned": returned == result, "calls": len(clusters), "chief": any(one.is_chief for one in clusters)}


def _raising(strategy: Any, environment: TrainingEnvironment) -> dict[str, Any]:
    chief = False

    def train(cluster: Cluster) -> TrainingResult:
        nonlocal chief
        chief = cluster.is_chief
        raise ValueError("the training's own")

    try:
        strategy.run(environment, train)
    except Exception as error:  # noqa: BLE001 - told to the law that looks
        return {"raised": f"{type(error).__name__}: {error}", "chief": chief}
    return {"chief": chief}


if __name__ == "__main__":
    main(*sys.argv[1:])
