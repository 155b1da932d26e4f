"""Containers and networks that a launcher could not give back: it was killed, or the engine was away."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker

from smtf_backends.docker.engine import LABEL_JOB, LABEL_LOCATION, LABEL_USER, explained
from smtf_core.client.folder import JobFolder


def left_running(client: docker.DockerClient, location: str) -> list[Any]:
    """The containers of one job that run now."""
    with explained("looking for the job's containers"):
        label = {"label": f"{LABEL_LOCATION}={location}"}
        running: list[Any] = client.containers.list(filters=label, ignore_removed=True)
    return running


def remove_leftovers(client: docker.DockerClient, location: str) -> list[str]:
    """Remove those of one job; what they were, in words."""
    return _remove(client, (f"{LABEL_LOCATION}={location}",), lambda _: True)


def remove_all_leftovers(client: docker.DockerClient) -> list[str]:
    """Remove those of all of this user's jobs that no launcher holds any more; what they were, in words."""
    labels = (LABEL_JOB, f"{LABEL_USER}={os.getuid()}")
    return _remove(client, labels, lambda location: not JobFolder(Path(location)).running())


def _remove(client: docker.DockerClient, labels: tuple[str, ...], ended: Callable[[str], bool]) -> list[str]:
    removed = []
    with explained("removing what jobs have left"):
        for container in client.containers.list(all=True, filters={"label": list(labels)}, ignore_removed=True):
            if ended(container.labels[LABEL_LOCATION]):
                container.remove(force=True, v=True)
                removed.append(f"container {container.name}")
        for network in client.networks.list(filters={"label": list(labels)}):
            if ended(network.attrs["Labels"][LABEL_LOCATION]):
                network.remove()
                removed.append(f"network {network.name}")
    return removed
