"""``pickle`` and ``cPickle`` as Python 2 code uses them.

Strings in pickles that Python 2 wrote were bytes; ``latin1`` gives them back as text one to one, which is also what
numpy needs for arrays. Source: Python 3 documentation, ``pickle.load``, argument ``encoding``.
"""

from __future__ import annotations

import pickle
from pickle import HIGHEST_PROTOCOL, PickleError, PicklingError, UnpicklingError, dumps
from typing import Any

__all__ = [
    "HIGHEST_PROTOCOL",
    "PickleError",
    "Pickler",
    "PicklingError",
    "Unpickler",
    "UnpicklingError",
    "dump",
    "dumps",
    "load",
    "loads",
]


def load(file: Any, encoding: str = "latin1") -> Any:
    """``pickle.load``; a file that was opened without ``'b'`` will do, as in Python 2 on Linux."""
    return pickle.load(_binary(file), encoding=encoding)


def loads(data: Any, encoding: str = "latin1") -> Any:
    """``pickle.loads``, of bytes or of text with one character a byte."""
    return pickle.loads(data.encode("latin1") if isinstance(data, str) else data, encoding=encoding)


def dump(value: Any, file: Any, protocol: int = 2) -> None:
    """``pickle.dump``; the newest protocol that Python 2 can read, unless another is given."""
    pickle.dump(value, _binary(file), protocol)


def Pickler(file: Any, protocol: int = 2) -> pickle.Pickler:  # noqa: N802 - the name that it stands for
    """``pickle.Pickler`` on a file that may have been opened without ``'b'``."""
    return pickle.Pickler(_binary(file), protocol)


def Unpickler(file: Any) -> pickle.Unpickler:  # noqa: N802 - the name that it stands for
    """``pickle.Unpickler`` on a file that may have been opened without ``'b'``."""
    return pickle.Unpickler(_binary(file), encoding="latin1")


def _binary(file: Any) -> Any:
    return getattr(file, "buffer", file)
