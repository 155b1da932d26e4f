"""Ports: where a host's processes listen, kept free until they do.

TensorFlow's server binds 0.0.0.0, whatever its address says, with SO_REUSEADDR and without SO_REUSEPORT (measured with
TensorFlow 2.21). Linux lets it share a port with a socket of ours that is bound with SO_REUSEADDR and does not listen,
while other programs that look for a free port pass it by. So a port cannot be taken between its choice and its use.
"""

from __future__ import annotations

import socket

from smtf_core.errors import InvalidInputError


class KeptPort:
    """A port that nobody else gets.

    Args:
        port: which; ``None``: a free one.

    Raises:
        InvalidInputError: another program listens there.
    """

    def __init__(self, port: int | None = None) -> None:
        self._socket = socket.socket()
        try:
            if port is None:
                # Only without SO_REUSEADDR does the kernel choose a port that no other supervisor keeps.
                self._socket.bind(("", 0))
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if port is not None:
                # Connections of our own killed processes may linger there; somebody who listens is refused.
                self._socket.bind(("", port))
        except OSError as error:
            self.close()
            raise InvalidInputError(
                f"port {port or 'of any number'} for a process of this host cannot be had on this machine "
                f"({error.strerror}); end the program that listens there"
            ) from error
        self.number: int = self._socket.getsockname()[1]

    def close(self) -> None:
        """Let it go."""
        self._socket.close()
