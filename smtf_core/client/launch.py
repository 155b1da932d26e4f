"""What a client leaves in a job's folder for the launcher, the process that runs the job and outlives the client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from smtf_core.models import Job
from smtf_core.models.converter import from_data, to_data
from smtf_core.models.layout import write_json

_FILE = ".launch.json"
#: Below it are the trees of all hosts but the first.
HOSTS = "hosts"
#: What the launcher has to say of itself; empty, unless something is wrong with it.
LAUNCHER_LOG = ".launcher.log"


@frozen(kw_only=True)
class Launch:
    """A job that is to be started.

    Args:
        job: the job.
        hosts: its hosts.
        details: what else the backend's launcher must know.
    """

    job: Job
    hosts: tuple[str, ...]
    details: Mapping[str, str] = field(factory=dict)

    def write(self, root: Path) -> None:
        """Write it into the job's folder."""
        write_json(root / _FILE, to_data(self))
        (root / _FILE).chmod(0o600)  # the environment of a job may have secrets in it

    @classmethod
    def read(cls, root: Path) -> Launch:
        """Read it there."""
        return from_data(json.loads((root / _FILE).read_text(encoding="utf-8")), cls, str(root / _FILE))


def host_root(root: Path, hosts: tuple[str, ...], host: str) -> Path:
    """A host's tree: the job's folder for the first one, so that results lie where those of one host do."""
    return root if host == hosts[0] else root / HOSTS / host
