"""A serving adapter, and the server that it makes of a folder."""

from __future__ import annotations

import json
from pathlib import Path

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Deployment, Reply, Request


class Times:
    """Loads models."""

    def load(self, deployment: Deployment) -> Server:
        """Read the factor; what is wrong with it is said before anything is served."""
        path = Path(deployment.path) / "factor"
        try:
            return Server(float(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise InvalidInputError(f"{path} must be a file with a number in it: {error}") from error


class Server:
    """Answers /invocations; all of it is quick, and nothing is held that had to be given back."""

    def __init__(self, factor: float) -> None:
        self._factor = factor

    def invoke(self, request: Request) -> Reply:
        """Multiply numbers; bad input is a reply."""
        if request.path != "/invocations":
            return _error(404, f"there is no {request.path}")
        try:
            numbers = json.loads(request.body)["instances"]
            answer = {"predictions": [self._factor * float(number) for number in numbers]}
        except (ValueError, KeyError, TypeError) as error:
            return _error(400, f'the body must be {{"instances": [numbers]}}: {error}')
        return Reply(body=json.dumps(answer).encode())

    def quick(self, request: Request) -> bool:
        """Faster than handing it to another thread."""
        return True

    def ready(self) -> bool:
        """From the beginning."""
        return True

    def refresh(self) -> None:
        """A factor stays what it is."""

    def close(self) -> None:
        """There is nothing to give back."""


def _error(status: int, text: str) -> Reply:
    return Reply(status=status, body=json.dumps({"error": text}).encode())
