"""Ways of calling a model's signatures, from the plainest to the fastest.

Every way makes, of a graph and a session, one function a signature: arrays in the order of the signature's inputs in,
arrays in the order of its outputs out. All functions may be called from many threads at once and release the
interpreter's lock while TensorFlow works.

========================  ============================================================================================
``run``                   ``Session.run``: takes everything, looks at everything again on every call
``callable``              ``Session._make_callable_from_options``: looks at feeds and fetches once
``caller-thread``         the same on a session without threads of its own: no hand-over, so a fifth of the time for a
                          small model, but a large one is not spread over the processor
``frozen``                the same with the variables as constants, which TensorFlow folds
========================  ============================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from attrs import define, field
from tensorflow.core.protobuf import config_pb2
from tensorflow.python.framework import op_def_registry
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_from_session_graph

from smtf_serving.model.signatures import Signature

#: Arrays in the order of a signature's inputs → arrays in the order of its outputs.
Call = Callable[..., Sequence[Any]]
Signatures = dict[str, Signature]

# Stateful by their registration, though all that they do is to read what a frozen graph no longer changes, or to hold
# the call of a function whose body is looked at itself.
_HARMLESS = frozenset({"Placeholder", "PlaceholderWithDefault", "StatefulPartitionedCall", "If", "While", "Case"})


@define
class Way:
    """One way, ready to call.

    Args:
        name: see the module's table.
        session: what it runs on.
        calls: signature name → function.
        abreast: signature name → number of calls, descending → one function for as many calls, their arrays after one
            another (:mod:`smtf_serving.model.abreast`).
    """

    name: str
    session: Any
    calls: dict[str, Call]
    abreast: dict[str, Mapping[int, Call]] = field(factory=dict)

    def close(self) -> None:
        """Give the session's memory back."""
        self.calls.clear()
        self.abreast.clear()
        self.session.close()


def open_session(path: Path, tags: Sequence[str], *, caller_thread: bool = False) -> Any:
    """A new session with a SavedModel's graph, variables and tables.

    Args:
        path: the SavedModel.
        tags: of the graph to load.
        caller_thread: a session that works on the thread that calls it.
    """
    session = tf.compat.v1.Session(graph=tf.Graph(), config=_config(caller_thread))
    try:
        with session.graph.as_default():
            tf.compat.v1.saved_model.loader.load(session, list(tags), str(path))
    except BaseException:
        session.close()
        raise
    return session


def run_way(session: Any, signatures: Signatures) -> Way:
    """``Session.run``."""

    def call_of(signature: Signature) -> Call:
        inputs = [spec.tensor for spec in signature.inputs.values()]
        outputs = [spec.tensor for spec in signature.outputs.values()]

        def call(*arrays: Any) -> Sequence[Any]:
            values: Sequence[Any] = session.run(outputs, dict(zip(inputs, arrays, strict=True)))
            return values

        return call

    return Way("run", session, {name: call_of(signature) for name, signature in signatures.items()})


def callable_way(session: Any, signatures: Signatures, name: str = "callable") -> Way:
    """``Session._make_callable_from_options``, on a session of any kind."""

    def call_of(signature: Signature) -> Call:
        options = config_pb2.CallableOptions()
        options.feed.extend(spec.tensor for spec in signature.inputs.values())
        outputs = [spec.tensor for spec in signature.outputs.values()]
        options.fetch.extend(name for name in outputs if name not in options.feed)
        made: Call = session._make_callable_from_options(options)
        return made if len(options.fetch) == len(outputs) else _with_echo(made, options, outputs)

    return Way(name, session, {name: call_of(signature) for name, signature in signatures.items()})


def frozen_way(session: Any, signatures: Signatures) -> Way | None:
    """The graph with its variables as constants, on a session of its own; ``None`` if the graph has other state."""
    outputs = sorted(
        {spec.tensor.partition(":")[0] for signature in signatures.values() for spec in signature.outputs.values()}
    )
    # Inputs that no output needs stay, so that they can be fed.
    inputs = sorted(
        {spec.tensor.partition(":")[0] for signature in signatures.values() for spec in signature.inputs.values()}
    )
    with session.graph.as_default():
        graph_def = convert_variables_to_constants_from_session_graph(
            session, session.graph.as_graph_def(), [*outputs, *inputs]
        )
    if _has_state(graph_def):
        return None
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def, name="")
    return callable_way(tf.compat.v1.Session(graph=graph, config=_config(caller_thread=True)), signatures, "frozen")


def _with_echo(call: Call, options: Any, outputs: Sequence[str]) -> Call:
    """For a signature that gives an input back as output: a callable does not fetch what it is fed."""
    feed, fetch = list(options.feed), list(options.fetch)

    def call_with_echo(*arrays: Any) -> Sequence[Any]:
        values = dict(zip(feed, arrays, strict=True))
        values.update(zip(fetch, call(*arrays), strict=True))
        return [values[name] for name in outputs]

    return call_with_echo


def _has_state(graph_def: Any) -> bool:
    ops = {node.op for node in graph_def.node}
    ops.update(node.op for function in graph_def.library.function for node in function.node_def)
    functions = {function.signature.name for function in graph_def.library.function}
    for op in ops - _HARMLESS - functions:
        definition = op_def_registry.get(op)
        if definition is None or definition.is_stateful:
            return True
    return False


def _config(caller_thread: bool) -> Any:
    if not caller_thread:
        return config_pb2.ConfigProto(allow_soft_placement=True)
    return config_pb2.ConfigProto(
        allow_soft_placement=True, inter_op_parallelism_threads=-1, intra_op_parallelism_threads=1
    )
