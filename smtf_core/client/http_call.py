"""One request to an endpoint that listens for HTTP."""

from __future__ import annotations

import http.client
from urllib.parse import quote, urlsplit

from smtf_core.errors import EndpointUnreachableError
from smtf_core.interfaces import Reply, Request

# The server gives up sooner and says so; this is for one that cannot say anything any more.
_TIMEOUT_SECONDS = 600.0


def call(address: str, request: Request) -> Reply:
    """Send a request and wait for its reply.

    Args:
        address: ``http://host:port``.
        request: what is sent.

    Raises:
        EndpointUnreachableError: nobody answers there, or not with HTTP.
    """
    parts = urlsplit(address)
    headers = {"content-type": request.content_type, "accept": request.accept, **request.headers}
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
    try:
        sent = {name: value for name, value in headers.items() if value}
        connection.request(request.method, quote(request.path, safe="/:"), request.body, sent)
        response = connection.getresponse()
        got = {name.lower(): value for name, value in response.getheaders()}
        return Reply(
            status=response.status,
            body=response.read(),
            content_type=got.pop("content-type", ""),
            headers=got,
        )
    except (OSError, http.client.HTTPException) as error:
        raise EndpointUnreachableError(f"{address} does not answer: {type(error).__name__}: {error}") from error
    finally:
        connection.close()
