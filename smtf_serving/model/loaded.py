"""A model in memory: loaded, compared, timed, called, given back."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from attrs import define, field

from smtf_core.errors import InvalidInputError
from smtf_serving.model.abreast import COPIES, apart, call_of_copies, copy_graph
from smtf_serving.model.signatures import Signature, read_meta_graph, signatures_of
from smtf_serving.model.synthetic import synthetic_inputs
from smtf_serving.model.warmup import recorded_requests
from smtf_serving.model.ways import Call, Way, callable_way, frozen_way, open_session, run_way

logger = logging.getLogger(__name__)

#: A model whose call takes longer is given TensorFlow's threads, and to a thread of the server's pool.
QUICK_SECONDS = 200e-6
#: Variables up to this size are held twice for a moment, to compare two ways; and are frozen into the graph.
_SMALL_BYTES = 64 * 1024**2
_BATCHES = (1, 3, 32)
_TIMED_CALLS = 20

Arrays = dict[str, np.ndarray[Any, Any]]


@define(eq=False)
class LoadedModel:
    """A SavedModel that can be called. Made by :func:`load_model`; may be called from many threads.

    Args:
        path: the SavedModel.
        signatures: name → signature.
        meta_graph: its ``MetaGraphDef``, for those who want to see its signatures as they are stored.
        way: how it is called (:mod:`smtf_serving.model.ways`).
        seconds: the time that one call with one row takes; ``None`` if no signature took made-up inputs.
    """

    path: Path
    signatures: Mapping[str, Signature]
    meta_graph: Any
    way: Way = field(repr=False)
    seconds: float | None
    _finalizer: Any = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        # Requests hold the model while they call it: a server that unloads one just forgets it.
        self._finalizer = weakref.finalize(self, _give_back, self.way)

    @property
    def quick(self) -> bool:
        """Whether a call is over before handing it to another thread would pay."""
        return self.seconds is not None and self.seconds < QUICK_SECONDS

    def call(self, signature: str, arrays: Sequence[Any]) -> Sequence[Any]:
        """Call a signature.

        Args:
            signature: its name.
            arrays: one for every input, in the order of :attr:`Signature.inputs`, with the input's
                :attr:`~smtf_serving.model.signatures.TensorSpec.numpy_dtype`.

        Returns:
            One array for every output, in the order of :attr:`Signature.outputs`.

        Raises:
            tf.errors.OpError: TensorFlow refuses the values.
        """
        return self.way.calls[signature](*arrays)

    def call_each(self, signature: str, requests: Sequence[Sequence[Any]]) -> list[Sequence[Any] | tf.errors.OpError]:
        """Call a signature for each of several requests: the same bits as :meth:`call` for each, and less time.

        Args:
            signature: its name.
            requests: the arrays of each, see :meth:`call`.

        Returns:
            For every request what :meth:`call` returns, or what it raises where TensorFlow refuses the values.
        """
        answers: list[Sequence[Any] | tf.errors.OpError] = []
        for number, call in self.way.abreast.get(signature, {}).items():
            while len(requests) - len(answers) >= number:
                some = requests[len(answers) : len(answers) + number]
                try:
                    answers += apart(call(*chain.from_iterable(some)), number)
                except tf.errors.OpError:
                    answers += [self._attempt(signature, arrays) for arrays in some]
        answers += [self._attempt(signature, arrays) for arrays in requests[len(answers) :]]
        return answers

    def run(self, signature: str, inputs: Mapping[str, Any]) -> Arrays:
        """Call a signature by the names of its inputs and outputs."""
        chosen = self.signatures[signature]
        outputs = self.call(
            signature, [np.asarray(inputs[name], spec.numpy_dtype) for name, spec in chosen.inputs.items()]
        )
        return dict(zip(chosen.outputs, outputs, strict=True))

    def _attempt(self, signature: str, arrays: Sequence[Any]) -> Sequence[Any] | tf.errors.OpError:
        try:
            return self.call(signature, arrays)
        except tf.errors.OpError as error:
            return error

    def close(self) -> None:
        """Give the model's memory back; it cannot be called afterwards. Happens by itself when nobody holds it."""
        self._finalizer()


def load_model(path: Path, *, fastest: bool = True) -> LoadedModel:
    """Load a SavedModel and find the fastest way to call it that gives the same bits as ``Session.run``.

    Whether it does is tried with made-up inputs of one, three and thirty-two rows; the next slower way is taken when
    it does not, or when it takes other inputs. A model whose answers are random, or that takes no made-up input, is
    called in the way that needs no proof.

    Args:
        path: the SavedModel.
        fastest: look for a faster way than the one that needs no proof.

    Raises:
        InvalidInputError: there is no servable model.
    """
    meta_graph = read_meta_graph(path)
    signatures = signatures_of(meta_graph, path)
    tags = sorted(meta_graph.meta_info_def.tags)
    with _quiet():
        try:
            session = open_session(path, tags)
        except (tf.errors.OpError, ValueError, OSError, KeyError, TypeError) as error:
            raise InvalidInputError(f"the SavedModel {path} cannot be loaded: {error}") from error
        plain = run_way(session, signatures)
        probes = _probes(plain, signatures, meta_graph.graph_def)
        way = _proven(callable_way(session, signatures), probes) or plain
        seconds = _seconds(way, probes)
        small = _size_of_variables(path) <= _SMALL_BYTES
        comparable = bool(probes) and len(probes) == len(signatures)
        if fastest and small and comparable and seconds is not None and seconds < QUICK_SECONDS * 4:
            frozen = _frozen(session, signatures, probes)
            faster = frozen or _on_caller_thread(path, tags, signatures, probes)
            if faster is not None:
                way.close()
                way, seconds = faster, _seconds(faster, probes)
            if frozen is not None and seconds is not None and seconds < QUICK_SECONDS:
                _abreast(frozen, signatures, probes)
    _replay(way, path, signatures)
    model = LoadedModel(path, signatures, meta_graph, way, seconds)
    taken = "unknown" if seconds is None else f"{seconds * 1e6:.0f} µs"
    logger.info("loaded %s: signatures %s, called by %s in %s", path, ", ".join(signatures), way.name, taken)
    return model


def _replay(way: Way, path: Path, signatures: Mapping[str, Signature]) -> None:
    """Warm the model up with its recorded requests; without any, the comparison of the ways has done it."""
    count = 0
    try:
        for name, arrays in recorded_requests(path, signatures):
            way.calls[name](*arrays)
            count += 1
    except (InvalidInputError, tf.errors.OpError, TypeError, ValueError) as error:
        logger.warning("warming up %s ended after %d requests: %s", path, count, error)
    else:
        if count:
            logger.info("warmed up %s with %d recorded requests", path, count)


@define
class _Probe:
    """Inputs of one signature, and what ``Session.run`` answered, for every size of batch."""

    inputs: list[list[Any]]
    outputs: list[Sequence[Any]]


def _probes(plain: Way, signatures: Mapping[str, Signature], graph_def: Any) -> dict[str, _Probe]:
    """What every signature answers that takes made-up inputs and answers the same twice."""
    probes = {}
    for name, signature in signatures.items():
        made = [list(synthetic_inputs(signature, graph_def, batch).values()) for batch in _BATCHES]
        try:
            outputs = [plain.calls[name](*arrays) for arrays in made]
            again = [plain.calls[name](*arrays) for arrays in made]
        except (tf.errors.OpError, ValueError, TypeError) as error:
            logger.debug("signature %s takes no made-up inputs: %s", name, error)
            continue
        if all(map(_same_bits, outputs, again)):
            probes[name] = _Probe(made, outputs)
    return probes


def _proven(way: Way, probes: Mapping[str, _Probe]) -> Way | None:
    """The way itself if it gives the probes' bits."""
    for name, probe in probes.items():
        call = way.calls[name]
        try:
            same = all(
                _same_bits(call(*arrays), outputs) for arrays, outputs in zip(probe.inputs, probe.outputs, strict=True)
            )
        except (tf.errors.OpError, ValueError, TypeError) as error:
            logger.debug("way %s refuses signature %s: %s", way.name, name, error)
            return None
        if not same:
            logger.debug("way %s gives other bits for signature %s", way.name, name)
            return None
    return way


def _abreast(way: Way, signatures: Mapping[str, Signature], probes: Mapping[str, _Probe]) -> None:
    """Let a frozen model answer several calls in one, where that gives the probes' bits."""
    try:
        if not copy_graph(way.session):
            return
    except ValueError as error:
        logger.debug("the graph cannot be copied: %s", error)
        return
    for name, probe in probes.items():
        try:
            calls = {number: call_of_copies(way.session, signatures[name], number) for number in COPIES}
            same = all(_same_abreast(call, number, probe) for number, call in calls.items())
        except (tf.errors.OpError, ValueError, TypeError) as error:
            logger.debug("signature %s cannot answer several calls in one: %s", name, error)
            continue
        if same:
            way.abreast[name] = calls
        else:
            logger.debug("signature %s gives other bits for several calls in one", name)


def _same_abreast(call: Call, number: int, probe: _Probe) -> bool:
    """Whether so many calls in one, of batches of different sizes, give the probe's bits."""
    chosen = [index % len(_BATCHES) for index in range(number)]
    answers = apart(call(*chain.from_iterable(probe.inputs[index] for index in chosen)), number)
    return all(_same_bits(ours, probe.outputs[index]) for ours, index in zip(answers, chosen, strict=True))


def _frozen(session: Any, signatures: dict[str, Signature], probes: Mapping[str, _Probe]) -> Way | None:
    try:
        way = frozen_way(session, signatures)
    except (tf.errors.OpError, ValueError, TypeError, KeyError, IndexError, NotImplementedError) as error:
        logger.debug("the graph cannot be frozen: %s", error)
        return None
    return None if way is None else _proven_or_closed(way, probes)


def _on_caller_thread(
    path: Path, tags: Sequence[str], signatures: dict[str, Signature], probes: Mapping[str, _Probe]
) -> Way | None:
    session = open_session(path, tags, caller_thread=True)
    return _proven_or_closed(callable_way(session, signatures, "caller-thread"), probes)


def _proven_or_closed(way: Way, probes: Mapping[str, _Probe]) -> Way | None:
    proven = _proven(way, probes)
    if proven is None:
        way.close()
    return proven


def _seconds(way: Way, probes: Mapping[str, _Probe]) -> float | None:
    """The median time of a call with the smallest batch, of the slowest signature."""
    if not probes:
        return None
    return max(_median_seconds(way.calls[name], probe.inputs[0]) for name, probe in probes.items())


def _median_seconds(call: Call, arrays: Sequence[Any]) -> float:
    call(*arrays)
    times = []
    for _ in range(_TIMED_CALLS):
        start = time.perf_counter()
        call(*arrays)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


def _same_bits(ours: Sequence[Any], theirs: Sequence[Any]) -> bool:
    return all(_same_array(np.asarray(a), np.asarray(b)) for a, b in zip(ours, theirs, strict=True))


def _same_array(ours: Any, theirs: Any) -> bool:
    if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
        return False
    if ours.dtype == object:
        return bool(np.array_equal(ours, theirs))
    return bool(ours.tobytes() == theirs.tobytes())


def _size_of_variables(path: Path) -> int:
    return sum(file.stat().st_size for file in (path / "variables").glob("*") if file.is_file())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What TensorFlow says of its own deprecated functions and of restoring concerns nobody who serves a model."""
    log = logging.getLogger("tensorflow")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def _give_back(way: Way) -> None:
    way.close()
    gc.collect()  # graphs are full of cycles
    # Hand what the allocator keeps back to the system, where the C library can.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
