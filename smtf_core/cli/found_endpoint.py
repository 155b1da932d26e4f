"""Looking up endpoints that any process has deployed; for the commands on them."""

from __future__ import annotations

from smtf_core.cli.found_job import CommandError
from smtf_core.client.endpoints import Endpoints, Found
from smtf_core.errors import SmtfError
from smtf_core.plugins import PluginManager


def endpoints_of(backend: str | None) -> Endpoints:
    """The endpoints that there are."""
    try:
        return Endpoints(PluginManager(), backend)
    except SmtfError as error:
        raise CommandError(str(error)) from None


def find_endpoint(name: str, backend: str | None) -> Found:
    """An endpoint and its backend."""
    try:
        return endpoints_of(backend).find(name)
    except SmtfError as error:
        raise CommandError(str(error)) from None
