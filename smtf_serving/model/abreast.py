"""Several calls of a small model in one: its graph several times over, every copy with inputs and outputs of its own.

Much of what a call of a small model takes is spent around its operations, once a call. Each copy does what a call of
its own would do, on arrays of the same shapes, so that no answer depends on its neighbours. Constants are there once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import config_pb2

from smtf_serving.model.signatures import Signature

#: Copies that one call may take, descending.
COPIES = (8, 4, 2)
# A larger model gains less and takes longer to load, and TensorFlow keeps its constants for every number of copies.
_MAX_NODES, _MAX_BYTES = 250, 1024**2
# A loop of TensorFlow 1 goes by a name that copies would share.
_LOOP = "Enter"


def copy_graph(session: Any) -> bool:
    """Add copies of a session's graph to it.

    Args:
        session: whose graph has nothing but constants for state.

    Returns:
        Whether there are copies now; a graph that is too large, or has loops of TensorFlow 1, has none.

    Raises:
        ValueError: the graph cannot be copied.
    """
    graph = session.graph
    definition = graph.as_graph_def()
    if len(definition.node) > _MAX_NODES or definition.ByteSize() > _MAX_BYTES:
        return False
    if any(node.op == _LOOP for node in definition.node):
        return False
    constants = {node.name for node in definition.node if node.op == "Const" and not node.input}
    copied = tf.compat.v1.GraphDef(versions=definition.versions, library=definition.library)
    copied.node.extend(node for node in definition.node if node.name not in constants)
    for node in copied.node:
        node.attr.pop("_class", None)  # beside which other node it is to be; that may be a constant
    shared = {f"{name}:0": graph.get_tensor_by_name(f"{name}:0") for name in constants}
    with graph.as_default():
        for number in range(COPIES[0]):
            tf.import_graph_def(copied, input_map=shared, name=_scope(number))
    return True


def call_of_copies(session: Any, signature: Signature, copies: int) -> Callable[..., Sequence[Any]]:
    """A call of the first so many copies.

    Args:
        session: with the copies.
        signature: what of them is called.
        copies: how many.

    Returns:
        Takes the arrays of all copies after one another, and gives theirs.

    Raises:
        tf.errors.OpError: an output of the signature is an input of it, or a constant.
    """
    options = config_pb2.CallableOptions()
    for number in range(copies):
        options.feed.extend(f"{_scope(number)}/{spec.tensor}" for spec in signature.inputs.values())
        options.fetch.extend(f"{_scope(number)}/{spec.tensor}" for spec in signature.outputs.values())
    made: Callable[..., Sequence[Any]] = session._make_callable_from_options(options)
    return made


def apart(outputs: Sequence[Any], copies: int) -> list[Sequence[Any]]:
    """What :func:`call_of_copies`'s call gives, copy by copy."""
    each = len(outputs) // copies
    return [outputs[start : start + each] for start in range(0, len(outputs), each)]


def _scope(number: int) -> str:
    return f"abreast{number}"
