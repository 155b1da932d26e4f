from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from acting_hosts import Hosts


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Callable[..., Hosts]]:
    """`hosts(3, on_host_failure="restart", …)`: the trees of three hosts, to be started."""
    made: list[Hosts] = []

    def make(count: int, **hyperparameters: object) -> Hosts:
        made.append(Hosts(tmp_path, count, **hyperparameters))
        return made[-1]

    yield make
    for each in made:
        each.close()
