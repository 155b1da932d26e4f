"""The container's environment variables that the adapter heeds.

Source: sagemaker-tensorflow-serving-container, README and ``serve.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attrs import frozen

from smtf_core.errors import InvalidInputError

_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off", "")


@frozen(kw_only=True)
class Settings:
    """See the module.

    Args:
        default_model: the model that a request gets that names none; ``None`` for the first.
        multi_model: whether models come and go by requests.
        batching: whether requests of one moment share calls of the model.
        max_batch_size: the most rows that a shared call has.
        port: where this server listens, for handlers that ask it themselves.
        grpc_port: where TensorFlow Serving's gRPC API listens, for handlers; ``None`` if nowhere.
    """

    default_model: str | None = None
    multi_model: bool = False
    batching: bool = False
    max_batch_size: int = 8
    port: int = 8080
    grpc_port: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read them.

        Raises:
            InvalidInputError: a variable is not what it must be; names it.
        """
        return cls(
            default_model=environment.get("SAGEMAKER_TFS_DEFAULT_MODEL_NAME") or None,
            multi_model=_truth(environment, "SAGEMAKER_MULTI_MODEL"),
            batching=_truth(environment, "SAGEMAKER_TFS_ENABLE_BATCHING"),
            max_batch_size=whole_number(environment, "SAGEMAKER_TFS_MAX_BATCH_SIZE", 8),
            port=whole_number(environment, "SAGEMAKER_BIND_TO_PORT", 8080),
            grpc_port=environment.get("SAGEMAKER_TFS_GRPC_PORT") or None,
        )


def check_default(name: str | None, names: Collection[str]) -> None:
    """Check that the default model is there.

    Raises:
        InvalidInputError: it is not.
    """
    if name is not None and name not in names:
        raise InvalidInputError(f"SAGEMAKER_TFS_DEFAULT_MODEL_NAME is {name!r}, but the models are: {', '.join(names)}")


def whole_number(environment: Mapping[str, str], name: str, default: int) -> int:
    """A variable that is a number above zero.

    Raises:
        InvalidInputError: it is not.
    """
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise InvalidInputError(f"{name} must be a whole number above 0, not {text!r}")
    return int(text)


def _truth(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "").strip().lower()
    if text not in _TRUE + _FALSE:
        raise InvalidInputError(f"{name} must be true or false, not {text!r}")
    return text in _TRUE
