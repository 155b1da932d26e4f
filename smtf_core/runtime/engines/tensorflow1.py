"""What estimators wrote in TensorFlow 1: names of variables in checkpoints, outputs in signatures.

Source: checkpoints and SavedModels written by TensorFlow 1.4 to 1.11 (``tests/fixtures``).
"""

from __future__ import annotations

import importlib
import re
from typing import Any

from smtf_core.models import FrameworkVersion
from smtf_core.runtime.engines.keras_checkpoints import blanks_of_keras, keep_numbers_apart, names_in_keras

# Outputs that the heads' `predict` signature got in TensorFlow 1.13.
_LATER_OUTPUTS = ("all_class_ids", "all_classes")
_LAST_WITHOUT = (1, 12)
# Up to 1.7 the heads made the training operation outside of their scope.
_LAST_OUTSIDE_HEADS = (1, 7)
_HEAD = re.compile(r"(?:^|(?<=/))head/(?=beta\d_power)")


def write_as_tensorflow_1(estimator: Any, version: FrameworkVersion, *, keras: bool) -> None:
    """Make an estimator write, and read, what the same one wrote in a release of TensorFlow 1.

    Args:
        estimator: a ``tf.estimator.Estimator``; changed in place.
        version: the release.
        keras: whether it was made of a Keras model.
    """
    call = estimator._call_model_fn

    def call_model_fn(features: Any, labels: Any, mode: Any, config: Any) -> Any:
        spec = call(features, labels, mode, config)
        if version.minor_version <= _LAST_WITHOUT:
            spec = _without_later_outputs(spec)
        if keras:
            keep_numbers_apart()
        return _with_old_names(spec, config, version, keras)

    estimator._call_model_fn = call_model_fn


def _without_later_outputs(spec: Any) -> Any:
    export_output = importlib.import_module("tensorflow_estimator.python.estimator.export.export_output")
    outputs = dict(spec.export_outputs or {})
    for name, output in outputs.items():
        # A script's own output of one of these names stands alone; the heads' come together.
        if isinstance(output, export_output.PredictOutput) and set(_LATER_OUTPUTS) <= set(output.outputs):
            kept = {key: value for key, value in output.outputs.items() if key not in _LATER_OUTPUTS}
            outputs[name] = export_output.PredictOutput(kept)
    return spec._replace(export_outputs=outputs) if outputs else spec


def _with_old_names(spec: Any, config: Any, version: FrameworkVersion, keras: bool) -> Any:
    """A saver that knows the variables by the names that they had, where those are others."""
    tf: Any = importlib.import_module("tensorflow").compat.v1
    saving: Any = importlib.import_module("tensorflow.python.training.saving.saveable_object_util")
    rename = names_in_keras if keras else _names_in_heads
    made = [variable.op.name for variable in tf.global_variables()]
    # The parts of a partitioned variable, which canned estimators have, go by one name.
    named = saving.op_list_to_dict(tf.global_variables(), convert_variable_to_tensor=False)
    order = {name: number for number, name in enumerate(made)}
    variables = {name: named[name] for name in sorted(named, key=lambda name: order.get(name, len(made)))}
    old = rename(list(variables), version)
    blanks = blanks_of_keras(version) if keras else []
    unchanged = old == list(variables) and not blanks
    if unchanged or (spec.scaffold is not None and spec.scaffold.saver is not None):
        return spec
    # As the estimator itself makes its saver when a model_fn gives none.
    saver = tf.train.Saver(
        {**dict(zip(old, variables.values(), strict=True)), **{blank.name: blank for blank in blanks}},
        sharded=not config.num_ps_replicas,  # one_folder.py tells why
        max_to_keep=config.keep_checkpoint_max,
        keep_checkpoint_every_n_hours=config.keep_checkpoint_every_n_hours,
        defer_build=False,
        save_relative_paths=True,
    )
    return spec._replace(scaffold=tf.train.Scaffold(saver=saver, copy_from_scaffold=spec.scaffold))


def _names_in_heads(names: list[str], version: FrameworkVersion) -> list[str]:
    """The names in a release of variables of canned estimators, which are given in the order of their making."""
    return [_HEAD.sub("", name) for name in names] if version.minor_version <= _LAST_OUTSIDE_HEADS else names
