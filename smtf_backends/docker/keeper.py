"""Ends an endpoint with its client: ``python -m smtf_backends.docker.keeper CONTAINER``.

Its standard input is the client's, so it ends with that, however that ends; then the container is given back.
"""

from __future__ import annotations

import os
import sys


def main(container: str) -> None:
    """Wait for the client's end, then see to the container's."""
    while os.read(0, 1):
        pass
    # Imported late: nearly all the time, this process only waits.
    from docker.errors import NotFound

    from smtf_backends.docker.endpoint import ContainerEndpoint
    from smtf_backends.docker.engine import connect

    client = connect()
    try:
        endpoint = ContainerEndpoint(client, client.containers.get(container))
    except NotFound:
        return  # deleted before
    endpoint.delete()


if __name__ == "__main__":
    main(sys.argv[1])
