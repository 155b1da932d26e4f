"""The launcher of one job: ``python -m smtf_backends.docker.launcher FOLDER``; its hosts are containers."""

from __future__ import annotations

import sys
from pathlib import Path

from smtf_backends.docker.hosts import ContainerHosts
from smtf_core.client.launcher import main

if __name__ == "__main__":
    main(Path(sys.argv[1]), ContainerHosts)
