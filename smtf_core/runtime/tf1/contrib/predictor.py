"""``tf.contrib.predictor``: a trained model as a Python function.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.predictor``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tensorflow.python.saved_model.model_utils import build_all_signature_defs as _build_all_signature_defs
from tensorflow.python.saved_model.model_utils import get_export_outputs as _get_export_outputs

from smtf_core.runtime.tf1.base import estimator as _estimator
from smtf_core.runtime.tf1.base import tf

_DEFAULT_SIGNATURE = "serving_default"


class Predictor:
    """Feeds arrays to a model and fetches its outputs.

    Args:
        graph: of the model.
        session: with the model's values.
        feed_tensors: name → tensor to feed.
        fetch_tensors: name → tensor to fetch.
    """

    def __init__(
        self, graph: Any, session: Any, feed_tensors: Mapping[str, Any], fetch_tensors: Mapping[str, Any]
    ) -> None:
        self._graph = graph
        self._session = session
        self._feed_tensors = dict(feed_tensors)
        self._fetch_tensors = dict(fetch_tensors)

    @property
    def graph(self) -> Any:
        """The ``tf.Graph``."""
        return self._graph

    @property
    def session(self) -> Any:
        """The ``tf.Session``."""
        return self._session

    @property
    def feed_tensors(self) -> dict[str, Any]:
        """Name → tensor to feed."""
        return self._feed_tensors

    @property
    def fetch_tensors(self) -> dict[str, Any]:
        """Name → tensor to fetch."""
        return self._fetch_tensors

    def __call__(self, input_dict: Mapping[str, Any]) -> Any:
        """Predict.

        Args:
            input_dict: name → array.

        Returns:
            Name → array.

        Raises:
            ValueError: the model has no input of a given name.
        """
        unexpected = set(input_dict) - set(self._feed_tensors)
        if unexpected:
            raise ValueError(
                f"Got unexpected keys in input_dict: {sorted(unexpected)}\nexpected: {sorted(self._feed_tensors)}"
            )
        feed = {self._feed_tensors[name]: value for name, value in input_dict.items()}
        return self._session.run(self._fetch_tensors, feed)

    def __repr__(self) -> str:
        return f"{type(self).__name__} with feed tensors {self._feed_tensors} and fetch_tensors {self._fetch_tensors}"


def from_saved_model(
    export_dir: str,
    signature_def_key: str | None = None,
    signature_def: Any = None,
    input_names: Mapping[str, str] | None = None,
    output_names: Mapping[str, str] | None = None,
    tags: str | None = None,
    graph: Any = None,
    config: Any = None,
) -> Predictor:
    """A predictor of a SavedModel.

    Args:
        export_dir: the folder.
        signature_def_key: name of the signature; by default ``serving_default``.
        signature_def: the signature itself, instead.
        input_names: name → name of a tensor, instead of a signature.
        output_names: name → name of a tensor, instead of a signature.
        tags: of the graph, with commas between them; by default ``serve``.
        graph: to load into; by default a new one.
        config: a ``tf.ConfigProto``.

    Returns:
        A function of a dict of arrays; it gives a dict of arrays.

    Raises:
        ValueError: more than one of ``signature_def_key``, ``signature_def`` and the names is given, only one kind of
            names is, or the model has no such signature.
    """
    ways = [signature_def_key is not None, signature_def is not None, input_names is not None]
    if sum(ways) > 1:
        raise ValueError(
            "You must specify at most one of signature_def_key OR signature_def OR (input_names AND output_names)."
        )
    if (input_names is None) != (output_names is None):
        raise ValueError("input_names and output_names must both be specified or both be unspecified.")
    graph = graph or tf.Graph()
    with graph.as_default():
        session = tf.Session(config=config)
        loaded = tf.saved_model.loader.load(session, (tags or "serve").split(","), export_dir)
    if input_names is None or output_names is None:
        signature = signature_def or _signature(loaded, signature_def_key or _DEFAULT_SIGNATURE, export_dir)
        input_names = {name: info.name for name, info in signature.inputs.items()}
        output_names = {name: info.name for name, info in signature.outputs.items()}

    def tensors(names: Mapping[str, str]) -> dict[str, Any]:
        return {name: graph.get_tensor_by_name(tensor) for name, tensor in names.items()}

    return Predictor(graph, session, tensors(input_names), tensors(output_names))


def _signature(loaded: Any, key: str, export_dir: str) -> Any:
    if key not in loaded.signature_def:
        known = "\n".join(sorted(loaded.signature_def))
        raise ValueError(
            f"Got signature_def_key {key!r}. Available signatures are \n{known} in the saved_model at {export_dir}"
        )
    return loaded.signature_def[key]


def from_estimator(
    estimator: Any,
    serving_input_receiver_fn: Callable[[], Any],
    output_key: str | None = None,
    graph: Any = None,
    config: Any = None,
) -> Predictor:
    """A predictor of a trained estimator.

    Args:
        estimator: a ``tf.estimator.Estimator``.
        serving_input_receiver_fn: makes a ``ServingInputReceiver``.
        output_key: which of the exports to fetch; by default ``serving_default``.
        graph: to build the model in; by default a new one.
        config: a ``tf.ConfigProto``.

    Returns:
        A function of a dict of arrays; it gives a dict of arrays.

    Raises:
        TypeError: ``estimator`` is no estimator.
        ValueError: the model has no export of that name.
    """
    if not isinstance(estimator, _estimator.Estimator):
        raise TypeError(f"Expected estimator to be a tf.estimator.Estimator, not {type(estimator).__name__}")
    graph = graph or tf.Graph()
    with graph.as_default():
        receiver = serving_input_receiver_fn()
        signatures = _signatures(estimator, receiver)
        key = output_key or _DEFAULT_SIGNATURE
        if key not in signatures:
            raise ValueError(f"output_key must be one of {sorted(signatures)}, not {key!r}")
        checkpoint = estimator.latest_checkpoint()
        session = tf.train.MonitoredSession(
            session_creator=tf.train.ChiefSessionCreator(config=config, checkpoint_filename_with_path=checkpoint)
        )
    signature = signatures[key]

    def tensors(infos: Any) -> dict[str, Any]:
        return {name: graph.get_tensor_by_name(info.name) for name, info in infos.items()}

    return Predictor(graph, session, tensors(signature.inputs), tensors(signature.outputs))


def _signatures(estimator: Any, receiver: Any) -> Any:
    tf.train.create_global_step(tf.get_default_graph())
    spec = estimator._call_model_fn(receiver.features, None, _estimator.ModeKeys.PREDICT, estimator.config)
    outputs = _get_export_outputs(spec.export_outputs, spec.predictions)
    return _build_all_signature_defs(receiver.receiver_tensors, outputs, receiver.receiver_tensors_alternatives)
