"""The usual predict request without the general way's questions: rows of numbers in, one array of numbers out.

What a signature asks for is looked at once, when the shortcut is made. A body that is anything but plain rows of finite
or infinite numbers of the right width is not for the shortcut, whatever it is: the general way
(:mod:`~smtf_serving.adapters.tfs.calls`) answers it, and names what is wrong with it. What the shortcut does answer, it
answers with the bytes of the general way; a test compares them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from attrs import frozen

from smtf_serving.adapters.tfs.calls import batches
from smtf_serving.adapters.tfs.tensors import exact_limit
from smtf_serving.model.loaded import LoadedModel
from smtf_serving.model.signatures import CLASSIFY, PREDICT, REGRESS, Signature, default_signature

try:
    import orjson
except ImportError:  # the extra `serving` is not installed: everything goes the general way
    orjson = None  # type: ignore[assignment]

# The type of a buffer that Python numbers are written into as C would: what is too large becomes infinite.
_CODES = {tf.float32: "f", tf.float64: "d"}
_WRITTEN = (tf.float32, tf.float64, tf.int32, tf.int64)
_FLOAT, _INT = {float}, {int}
_KEY = "instances"

Array = np.ndarray[Any, Any]


@frozen(eq=False)
class Shortcut:
    """See the module. Made by :func:`shortcut_of`.

    Args:
        model: the model.
        signature: the name of its default signature.
        call: it.
        key: of the rows in an object.
        write: makes the answer of an output; ``None`` if that is not for the shortcut.
        code: of :mod:`array`, for the input.
        dtype: of the input.
        width: numbers a row.
        most: the largest whole number that the input's type has exactly, like all below it.
        shares: whether several requests may share a call.
    """

    model: LoadedModel
    signature: str
    call: Callable[..., Sequence[Any]]
    key: str
    write: Callable[[Array], bytes | None]
    code: str
    dtype: Any
    width: int
    most: int
    shares: bool

    def answer(self, body: bytes, bare: bool) -> bytes | None:
        """The answer to a body; ``None`` if it is not for the shortcut.

        Args:
            body: JSON.
            bare: whether rows may come without an object around them, as at ``/invocations``.
        """
        rows = self.read(body, bare)
        return None if rows is None else self._predict([rows])[0]

    def read(self, body: bytes, bare: bool) -> Array | None:
        """The array of a body; ``None`` if it is not for the shortcut."""
        try:
            rows = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        if type(rows) is dict:
            if len(rows) != 1:
                return None
            rows = rows.get(self.key)
        elif bare and rows and type(rows) is list:
            if type(rows[0]) is not list:
                rows = [rows]
        else:
            return None
        if type(rows) is not list or not rows:
            return None
        width = self.width
        if len(rows) == 1:
            flat = rows[0]
            if type(flat) is not list or len(flat) != width:
                return None
        else:
            flat = []
            for row in rows:
                if type(row) is not list or len(row) != width:
                    return None
                flat += row
        types = set(map(type, flat))
        if types != _FLOAT:
            if not types <= _FLOAT | _INT:
                return None
            most = self.most
            if not all(-most <= number <= most for number in flat if type(number) is int):
                return None
        return np.frombuffer(array(self.code, flat), self.dtype).reshape(len(rows), width)

    def predict(self, bodies: Sequence[Array], max_rows: int) -> list[bytes | None]:
        """The answers to the arrays of several bodies.

        Args:
            bodies: the arrays.
            max_rows: the most rows of a batch that several share; with 1 each has the bits of a call of its own.

        Returns:
            For every body its answer; ``None`` if it is not for the shortcut.
        """
        if max_rows == 1 or not self.shares:
            return self._predict_each(bodies)
        answers: list[bytes | None] = []
        for batch in batches(range(len(bodies)), list(map(len, bodies)), max_rows):
            answers += self._predict([bodies[index] for index in batch])
        return answers

    def _predict(self, bodies: Sequence[Array]) -> Sequence[bytes | None]:
        """The answers from one call of the model with all rows."""
        try:
            if len(bodies) == 1:
                return (self.write(self.call(bodies[0])[0]),)
            (output,) = self.call(np.concatenate(bodies))
        except (tf.errors.OpError, RuntimeError, MemoryError):
            return (None,) * len(bodies)  # the general way tells why
        if output.ndim == 0 or len(output) != sum(map(len, bodies)):
            return (None,) * len(bodies)
        answers, start = [], 0
        for rows in bodies:
            end = start + len(rows)
            answers.append(self.write(output[start:end]))
            start = end
        return answers

    def _predict_each(self, bodies: Sequence[Array]) -> list[bytes | None]:
        try:
            answers = self.model.call_each(self.signature, [(rows,) for rows in bodies])
        except (RuntimeError, MemoryError):
            return [None] * len(bodies)  # the general way tells why
        return [None if isinstance(answer, tf.errors.OpError) else self.write(answer[0]) for answer in answers]


def _written(output: Array) -> bytes | None:
    """The JSON of an answer; ``None`` if a number in it is not finite."""
    if output.ndim == 0:
        return None
    text = orjson.dumps(output, option=orjson.OPT_SERIALIZE_NUMPY)
    # NaN and infinity have become null, and a number has no letter n in it.
    return None if b"n" in text else b'{"predictions":%b}' % text


def shortcut_of(
    model: LoadedModel, key: str = _KEY, write: Callable[[Array], bytes | None] = _written
) -> Shortcut | None:
    """The shortcut to a model's default signature; ``None`` if the signature is not of the usual kind.

    Args:
        model: the model.
        key: see :class:`Shortcut`.
        write: see there.
    """
    signature = model.signatures.get(default_signature(model.signatures))
    if orjson is None or signature is None or not _is_usual(signature):
        return None
    spec = next(iter(signature.inputs.values()))
    return Shortcut(
        model=model,
        signature=signature.name,
        call=model.way.calls[signature.name],
        key=key,
        write=write,
        code=_CODES[spec.dtype],
        dtype=spec.numpy_dtype,
        width=spec.shape[1],  # type: ignore[index,arg-type]
        most=exact_limit(spec.dtype),
        shares=signature.batched,
    )


def _is_usual(signature: Signature) -> bool:
    if signature.method not in (PREDICT, CLASSIFY, REGRESS) or not len(signature.inputs) == len(signature.outputs) == 1:
        return False
    read, written = next(iter(signature.inputs.values())), next(iter(signature.outputs.values()))
    shape = read.shape
    rows = shape is not None and len(shape) == 2 and shape[0] is None and bool(shape[1])
    return rows and read.dtype in _CODES and written.dtype in _WRITTEN
