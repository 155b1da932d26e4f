"""The AWS services behind the backend: clients, who is asking, and errors that say what to do."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's, not Python's
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)

from smtf_core.errors import BackendUnavailableError, InvalidInputError, SmtfError, UnknownNameError
from smtf_core.s3.connection import S3Connection
from smtf_core.s3.credentials import EXPIRED, renewing_client

_FORBIDDEN = {"403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
# Of credentials that AWS does not know. The service's own words repeat the signed request, session token included.
_UNKNOWN_CREDENTIALS = {
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_PASSING = {
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "RequestTimeout",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_LIMIT = "ResourceLimitExceeded"
# SageMaker says it with a ValidationException.
_MISSING = re.compile("(could )?not f(ou|i)nd", re.IGNORECASE)
#: Attempts of one request before it counts as failed; botocore waits between them, longer each time.
ATTEMPTS = 8
#: How long a service may be silent within a request; SageMaker itself gives up on a model after 60. Seconds.
READ_TIMEOUT = 75.0


class ServiceError(BackendUnavailableError):
    """A service did not do what it was asked for, though the request was fine.

    Attributes:
        transient: whether trying again later may help.
    """

    def __init__(self, message: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient


class Services:
    """Makes clients of the services.

    Region, credentials, profile and endpoints come from where every AWS tool takes them (environment, ``~/.aws``, the
    machine's role). Nothing is asked for before it is needed. Credentials that have expired are read anew.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._clients: dict[str, Any] = {}
        self._region = ""
        self._account: str | None = None
        self.s3 = S3Connection()

    @property
    def region(self) -> str:
        """The region that jobs run in.

        Raises:
            ServiceError: nothing names one.
        """
        if not self._region:
            with told("use", "the AWS configuration"):
                self._region = str(boto3.session.Session().region_name or "")
        if not self._region:
            raise ServiceError(
                "no AWS region: set AWS_REGION or AWS_DEFAULT_REGION, or a profile that has one (`aws configure`)"
            )
        return self._region

    @property
    def account(self) -> str:
        """The number of the account whose credentials are used.

        Raises:
            ServiceError: it cannot be told.
        """
        if self._account is None:
            with told("sts:GetCallerIdentity", "the credentials"):
                self._account = str(self.client("sts").get_caller_identity()["Account"])
        return self._account

    def client(self, service: str) -> Any:
        """The client of a service; it may be used by several threads at once."""
        with self._lock:
            if service not in self._clients:
                with told("connect to", service):
                    config = Config(
                        region_name=self.region,
                        retries={"mode": "standard", "max_attempts": ATTEMPTS},
                        connect_timeout=10,
                        read_timeout=READ_TIMEOUT,
                        tcp_keepalive=True,
                    )
                    self._clients[service] = renewing_client(service, config, ATTEMPTS)
            return self._clients[service]

    def role_arn(self, role: str) -> str:
        """The ARN of a role; what has a slash in it is one already.

        Raises:
            InvalidInputError: there is no such role.
            ServiceError: it cannot be looked up.
        """
        if "/" in role:
            return role
        with told("iam:GetRole", f"role {role}"):
            return str(self.client("iam").get_role(RoleName=role)["Role"]["Arn"])


@contextlib.contextmanager
def told(action: str, target: str) -> Iterator[None]:
    """Turn what boto3 raises into smtf's errors.

    Args:
        action: the permission that is used, ``'sagemaker:CreateTrainingJob'``, or what is done in words.
        target: what it is done to.

    Raises:
        InvalidInputError: the request is wrong; says why.
        UnknownNameError: what it asks for does not exist.
        ServiceError: says what failed and what to do next.
    """
    failed = f"cannot {'do ' + action + ' on' if ':' in action else action} {target}"
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, TokenRetrievalError) as error:
        raise ServiceError(
            f"{failed}: no AWS credentials ({error}). Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or run `aws configure`"
        ) from error
    except ProfileNotFound as error:
        raise ServiceError(f"{failed}: {error}; correct AWS_PROFILE or run `aws configure`") from error
    except ClientError as error:
        # Not "from error": the service's words may repeat the signed request.
        raise _client_error(error, failed, action, target) from None
    except NoRegionError as error:
        raise ServiceError(f"{failed}: no AWS region; set AWS_REGION") from error
    except ParamValidationError as error:
        raise InvalidInputError(f"{failed}: {error}") from error
    except (ConnectionError, HTTPClientError) as error:
        where = (
            " Is there such a region, and has it this service?" if isinstance(error, EndpointConnectionError) else ""
        )
        raise ServiceError(
            f"{failed}: the service cannot be reached, or the connection broke ({error}).{where} Look at the network "
            "and AWS_REGION",
            transient=True,
        ) from error
    except BotoCoreError as error:
        raise ServiceError(f"{failed}: {error}") from error


def _client_error(error: ClientError, failed: str, action: str, target: str) -> SmtfError:
    found = error.response.get("Error", {})
    code = str(found.get("Code", ""))
    message = str(found.get("Message", "")) or code
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in EXPIRED:
        return ServiceError(f"{failed}: the AWS credentials have expired; renew them", transient=True)
    if code in _UNKNOWN_CREDENTIALS:
        return ServiceError(
            f"{failed}: AWS does not know these credentials ({code}). Is the key right, and is it for this region's "
            "partition?"
        )
    if code in _FORBIDDEN:
        return ServiceError(
            f"{failed}: access denied. Allow {action} on {target} to the user or role whose credentials are used "
            f"(`aws sts get-caller-identity` tells which). AWS says: {message}"
        )
    if code == _LIMIT:
        return ServiceError(f"{failed}: {message}")
    if code in _PASSING or status >= 500 or status == 429:
        return ServiceError(f"{failed}: {message}", transient=True)
    if code in ("NoSuchEntity", "ResourceNotFound", "ResourceNotFoundException") or _MISSING.search(message):
        return UnknownNameError(f"{failed}: {message}")
    return InvalidInputError(f"{failed}: {message}")
