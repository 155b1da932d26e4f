"""The connection to S3: credentials and endpoint as boto3 finds them, retries, and errors that say what to do."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's, not Python's
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)

from smtf_core.errors import StorageError
from smtf_core.s3.credentials import EXPIRED, renewing_client

# What S3 answers when waiting may help; botocore has retried these on its own before we see them.
_PASSING = {
    "429",
    "500",
    "502",
    "503",
    "504",
    "InternalError",
    "RequestTimeout",
    "RequestTimeTooSkewed",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
#: Attempts of one request before it counts as failed.
ATTEMPTS = 6
#: How long S3 may be silent within a request. Seconds.
READ_TIMEOUT = 60.0
#: Requests at the same time.
MOST_REQUESTS = 32

_FORBIDDEN = {"403", "AccessDenied", "AllAccessDisabled"}
_MISSING_BUCKET = {"NoSuchBucket"}
_CHANGED = {"412", "PreconditionFailed"}
_ELSEWHERE = {"301", "AuthorizationHeaderMalformed", "PermanentRedirect"}


class S3Connection:
    """Makes an S3 client and tells its errors.

    Region, credentials, profile and endpoint come from where every AWS tool takes them (environment, ``~/.aws``, the
    machine's role; ``AWS_ENDPOINT_URL_S3`` for other services that speak S3). When S3 says that the credentials have
    expired they are read anew, and the request is sent again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: Any = None

    @classmethod
    def shared(cls) -> S3Connection:
        """The one connection of this process for what the environment's ``AWS_…`` variables say now.

        A client costs a tenth of a second and its own pool of connections; whoever looks at thousands of objects one by
        one would pay that for each.
        """
        variables = frozenset((name, value) for name, value in os.environ.items() if name.startswith("AWS_"))
        with _shared_lock:
            if _shared.get("variables") != variables:
                _shared.update(variables=variables, connection=cls())
            connection: S3Connection = _shared["connection"]
            return connection

    @property
    def client(self) -> Any:
        """The client; it may be used by several threads at once.

        Raises:
            StorageError: the profile or the region that the environment names does not exist.
        """
        with self._lock:
            if self._client is None:
                with told("connect to", "S3"):
                    self._client = _new_client()
            return self._client


_shared: dict[str, Any] = {}
_shared_lock = threading.Lock()


def _new_client() -> Any:
    # "standard" waits longer each time, with jitter; a read that stalls for a minute is tried again.
    config = Config(
        retries={"mode": "standard", "max_attempts": ATTEMPTS},
        connect_timeout=10,
        read_timeout=READ_TIMEOUT,
        tcp_keepalive=True,
        max_pool_connections=MOST_REQUESTS,
    )
    return renewing_client("s3", config, ATTEMPTS)


@contextlib.contextmanager
def told(action: str, target: str) -> Iterator[None]:
    """Turn what boto3 raises into a :class:`~smtf_core.errors.StorageError`.

    Args:
        action: the permission that is used, ``'s3:GetObject'``, or what is done in words.
        target: the URI that it is done to.

    Raises:
        StorageError: says what failed and what to do next; ``transient`` tells whether trying later may help.
    """
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, TokenRetrievalError) as error:
        raise StorageError(
            f"cannot {_spoken(action)} {target}: no AWS credentials ({error}). Set AWS_PROFILE, or AWS_ACCESS_KEY_ID "
            f"and AWS_SECRET_ACCESS_KEY, or run `aws configure`"
        ) from error
    except ClientError as error:
        raise _client_error(error, action, target) from error
    except (ConnectionError, HTTPClientError, IncompleteReadError, Boto3Error) as error:
        raise StorageError(
            f"cannot {_spoken(action)} {target}: S3 cannot be reached, or the connection broke ({error}). Look at the "
            f"network, the region and AWS_ENDPOINT_URL_S3",
            transient=True,
        ) from error
    except BotoCoreError as error:
        raise StorageError(f"cannot {_spoken(action)} {target}: {error}") from error


def _spoken(action: str) -> str:
    return f"do {action} on" if action.startswith("s3:") else action


def _client_error(error: ClientError, action: str, target: str) -> StorageError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", "")) or code
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    failed = f"cannot {_spoken(action)} {target}"
    if code in EXPIRED:
        return StorageError(f"{failed}: the AWS credentials have expired; renew them", transient=True)
    if code in _FORBIDDEN:
        return StorageError(
            f"{failed}: access denied. If the bucket is yours, allow {action} on it to the user or role whose "
            f"credentials are used (`aws sts get-caller-identity` tells which); if it is somebody else's, name another"
        )
    if code in _MISSING_BUCKET:
        return StorageError(f"{failed}: there is no such bucket; create it or correct the name")
    if code in _CHANGED:
        return StorageError(f"{failed}: the object has been written anew since it was listed; run the job again")
    if code in _ELSEWHERE:
        return StorageError(f"{failed}: the bucket is in another region; set AWS_REGION to the bucket's")
    return StorageError(f"{failed}: {message}", transient=code in _PASSING or status >= 500)
