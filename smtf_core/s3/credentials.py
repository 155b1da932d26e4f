"""Clients of AWS's services whose credentials are read anew when they have expired."""

from __future__ import annotations

import functools
import math
import threading
import time
from collections.abc import Mapping
from typing import Any

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials

#: What services answer to credentials that have been good once.
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
# Seconds in which answers to requests that were signed before the credentials were renewed may still come.
_JUST_RENEWED = 60.0


def renewing_client(service: str, config: Config, most_attempts: int) -> Any:
    """A client that reads its credentials anew when a service says that they have expired, and asks again.

    Region, credentials, profile and endpoint come from where every AWS tool takes them (environment, ``~/.aws``, the
    machine's role). The client may be used by several threads at once.

    Args:
        service: as boto3 calls it.
        config: the client's.
        most_attempts: of one request, before it counts as failed.

    Raises:
        botocore.exceptions.BotoCoreError: the profile or the region that the environment names does not exist.
    """
    session = botocore.session.Session()
    finder = _CredentialFinder()
    session.register_component("credential_provider", finder)
    session.register_component("data_loader", _descriptions())
    # Not boto3's default session: other code in this process may have put its own credentials there.
    client = boto3.session.Session(botocore_session=session).client(service, config=config)

    def retry(response: tuple[Any, Mapping[str, Any]] | None, attempts: int, **_: Any) -> float | None:
        """Asked by botocore after every request: seconds after which it is sent again; ``None``: others decide."""
        code = response[1].get("Error", {}).get("Code") if response is not None else None
        if code not in EXPIRED or finder.found is None or attempts >= most_attempts:
            return None
        return 0.0 if finder.found.renew() else None

    client.meta.events.register(f"needs-retry.{client.meta.service_model.service_id.hyphenize()}", retry)
    return client


@functools.cache
def _descriptions() -> Any:
    """What botocore reads of its services' descriptions, once for all clients: a tenth of a second each."""
    return botocore.loaders.create_loader()


class _CredentialFinder:
    """What botocore asks for credentials: its own usual places, looked through again when that is needed."""

    found: _Credentials | None = None

    def load_credentials(self) -> _Credentials | None:
        found = _usual_credentials()
        self.found = None if found is None else _Credentials(found)
        return self.found


class _Credentials(Credentials):  # type: ignore[misc]
    """Credentials that can be read anew where they came from, for all requests of a client.

    Those of roles renew themselves before they expire; these are for the ones that somebody else renews, in
    ``~/.aws/credentials`` or in the environment.
    """

    def __init__(self, found: Any) -> None:
        self._found = found
        self._lock = threading.Lock()
        self._renewed = -math.inf
        frozen = found.get_frozen_credentials()
        super().__init__(frozen.access_key, frozen.secret_key, frozen.token, found.method)

    def get_frozen_credentials(self) -> Any:
        """See botocore; asked for every request."""
        return self._found.get_frozen_credentials()

    def renew(self) -> bool:
        """Read them anew; tells whether they are others than a request may have been signed with."""
        with self._lock:
            before = self._found.get_frozen_credentials()
            found = _usual_credentials()
            if found is not None and found.get_frozen_credentials() != before:
                self._found, self._renewed = found, time.monotonic()
            return time.monotonic() - self._renewed < _JUST_RENEWED


def _usual_credentials() -> Any:
    return botocore.session.Session().get_credentials()
