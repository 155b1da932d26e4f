"""Plain rows of numbers without the questions of this adapter's general way, as adapter ``tfs`` has it.

What a row may be is :mod:`smtf_serving.adapters.tfs.shortcut`'s; the answer has the bytes of
:func:`~smtf_serving.adapters.python.conversions.predict_as_json`, as a test compares.
"""

from __future__ import annotations

from smtf_serving.adapters.python.conversions import plain_names
from smtf_serving.adapters.tfs import shortcut
from smtf_serving.model.loaded import LoadedModel
from smtf_serving.model.signatures import PREDICT, default_signature

try:
    import orjson
except ImportError:  # the extra `serving` is not installed: everything goes the general way
    orjson = None  # type: ignore[assignment]


def shortcut_of(model: LoadedModel) -> shortcut.Shortcut | None:
    """The shortcut to a model's default signature; ``None`` if the signature is not of the usual kind."""
    signature = model.signatures.get(default_signature(model.signatures))
    if orjson is None or signature is None or signature.method != PREDICT:
        return None
    if len(signature.inputs) != 1 or len(signature.outputs) != 1:
        return None
    ((name, spec),) = signature.outputs.items()
    names = plain_names(spec.numpy_dtype)
    if names is None:
        return None
    kind, values = names
    head = b'{"outputs":{%b:{"dtype":"%b","tensorShape":{"dim":[' % (orjson.dumps(name), kind.encode())
    middle = b']},"%b":' % values.encode()

    def write(output: shortcut.Array) -> bytes | None:
        if output.size == 0 or output.ndim == 0:
            return None
        numbers = orjson.dumps(output.ravel(), option=orjson.OPT_SERIALIZE_NUMPY)
        if b"n" in numbers:  # of null, which NaN and infinity have become
            return None
        dims = b",".join([b'{"size":"%d"}' % size for size in output.shape])
        return b"%b%b%b%b}}}" % (head, dims, middle, numbers)

    return shortcut.shortcut_of(model, next(iter(signature.inputs)), write)
