"""Every error that smtf raises on purpose, and nothing else.

A message names the thing that is wrong and what to do next. The classes also derive from the built-in that a caller
would expect (``ValueError`` for bad input, ``ImportError`` for a missing extra), so generic handlers work.
"""

from __future__ import annotations


class SmtfError(Exception):
    """The root of all errors raised by smtf."""


class InvalidInputError(SmtfError, ValueError):
    """An argument, option, hyperparameter or file is not what the contract asks for; nothing has been started."""


class ScriptError(SmtfError):
    """The user's script breaks the script contract: a function is missing, doubled, or cannot be called."""


class PluginError(SmtfError):
    """A plugin is broken, conflicts with another one, or provides something other than what it declares."""


class UnknownNameError(PluginError, LookupError):
    """Nothing of that name is provided by any plugin that loaded."""


class MissingExtraError(PluginError, ImportError):
    """The chosen thing exists, but the packages that it needs are not installed; the message has the ``pip`` line."""


class ObserverError(PluginError):
    """An observer hook raised; the job fails with it, because a silent observer would be a lie."""


class TrainingFailedError(SmtfError):
    """The job ran and failed; the message is the content of its failure file."""


class UnexpectedStatusException(SmtfError, ValueError):  # noqa: N818 - the name that users of the SageMaker SDK catch
    """A job ended in a status other than the one waited for.

    Attributes:
        allowed_statuses: the statuses that would have been fine.
        actual_status: the one that the job has.
        failure_reason: what the job says about it, or ``None``.
    """

    def __init__(
        self, message: str, allowed_statuses: list[str], actual_status: str, failure_reason: str | None = None
    ):
        super().__init__(message)
        self.allowed_statuses = allowed_statuses
        self.actual_status = actual_status
        self.failure_reason = failure_reason


class BackendUnavailableError(SmtfError, ConnectionError):
    """The engine or service behind a backend cannot be reached, or does not let this user in."""


class EndpointError(SmtfError):
    """An endpoint answered a request with an error.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class EndpointUnreachableError(SmtfError, ConnectionError):
    """An endpoint does not answer: it has been deleted, has failed, or cannot be reached from here."""


class StorageError(SmtfError, OSError):
    """Data could not be read from or written to a remote store.

    Attributes:
        transient: whether trying again later may help: the network or the service failed, not the request.
    """

    def __init__(self, message: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient


class ChannelError(SmtfError):
    """The data of a channel could not be brought to the script: a file is not what it must be, or went away."""


class JobStoppedError(SmtfError):
    """Raised inside the runtime to leave a stopped job; a checkpoint has been saved before."""
