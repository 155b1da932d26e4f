"""Runs jobs in containers, on a Docker or Podman engine of this machine."""
