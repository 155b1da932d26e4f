"""Requests to the program's REST API, on connections that stay open, one a thread."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Mapping
from urllib.parse import quote

from smtf_core.interfaces import Reply


class Link:
    """See the module.

    Args:
        port: where the API listens, on this machine.
        seconds: to wait for an answer.
    """

    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._seconds = seconds
        self._local = threading.local()

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Send a request and wait for its reply.

        Raises:
            OSError: nobody listens, or the connection broke.
            http.client.HTTPException: what came is no HTTP.
        """
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            try:
                return self._send(connection, method, path, body, headers)
            except (OSError, http.client.HTTPException) as error:
                self._local.connection = None
                connection.close()
                # A connection that was idle may have been closed meanwhile; a new one is not.
                if not isinstance(error, (ConnectionError, http.client.RemoteDisconnected)):
                    raise
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._seconds)
        try:
            reply = self._send(connection, method, path, body, headers)
        except BaseException:
            connection.close()
            raise
        self._local.connection = connection
        return reply

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str] | None,
    ) -> Reply:
        connection.request(method, quote(path, safe="/:"), body, dict(headers or {}))
        response = connection.getresponse()
        return Reply(
            status=response.status,
            body=response.read(),
            content_type=response.getheader("content-type", "application/json"),
        )
