"""Exporting a Keras model as a SavedModel, with or without a ``serving_input_fn``."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def export_model(model: Any, path: str, serving_input: Callable[[], Any] | None) -> None:
    """Write a SavedModel with signature ``serving_default``.

    Args:
        model: a built Keras model.
        path: a folder that does not exist yet.
        serving_input: the script's ``serving_input_fn``: returns a ``tf.estimator.export.ServingInputReceiver``, whose
            receiver tensors become the signature's inputs. ``None``: the model's own inputs do (Keras's ``export``).
    """
    if serving_input is None:
        try:
            model.export(path, verbose=False)
        except TypeError:  # Keras 2 has no such argument
            model.export(path)
        return
    _export_with_receiver(model, path, serving_input)


def _export_with_receiver(model: Any, path: str, serving_input: Callable[[], Any]) -> None:
    tensorflow: Any = importlib.import_module("tensorflow")
    receivers: list[Any] = []
    # Serving input functions make placeholders, which only a TensorFlow 1 graph has; wrap_function makes it callable
    # from TensorFlow 2.
    wrapped = tensorflow.compat.v1.wrap_function(lambda: receivers.append(serving_input()), [])
    receiver = receivers[0]
    names = sorted(receiver.receiver_tensors)
    feeds = [receiver.receiver_tensors[name] for name in names]
    parse = wrapped.prune(feeds, receiver.features)

    def serve(*tensors: Any) -> dict[str, Any]:
        outputs = model(_model_input(parse(*tensors)), training=False)
        if isinstance(outputs, dict):
            return dict(outputs)
        flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return {_output_name(model, index): tensor for index, tensor in enumerate(flat)}

    specs = [tensorflow.TensorSpec(feed.shape, feed.dtype, name) for name, feed in zip(names, feeds, strict=True)]
    signature = tensorflow.function(serve, input_signature=specs)
    module = tensorflow.Module()
    module.model, module.serving_input, module.serve = model, wrapped, signature
    # Keras 3 hides its variables from TensorFlow's restore operation unless they are tracked themselves; the loaders of
    # TensorFlow 1 and TensorFlow Serving know no other way to restore them.
    module.raw = [variable.value for variable in model.variables if not callable(variable.value)]
    tensorflow.saved_model.save(module, path, signatures={"serving_default": signature})


def _model_input(features: Any) -> Any:
    """What a model is called with: a single feature as it is (the receiver wraps it in a dict), several by name."""
    return next(iter(features.values())) if isinstance(features, dict) and len(features) == 1 else features


def _output_name(model: Any, index: int) -> str:
    names = getattr(model, "output_names", None) or []
    return str(names[index]) if index < len(names) else f"output_{index}"
