"""Checkpoints of a training with parameter servers go to the chief's folder.

Estimators save in pieces, each written by the host that holds the variables. The hosts share no disk: every piece would
be on a disk of its own, and no checkpoint whole. A saver that is not sharded has the chief fetch all variables and
write one file.
"""

from __future__ import annotations

import importlib
from typing import Any

from smtf_core.errors import ScriptError


def save_on_the_chief(estimator: Any, path: str) -> None:
    """Make an estimator's training write whole checkpoints.

    Args:
        estimator: a ``tf.estimator.Estimator``; changed in place.
        path: the script, for messages.
    """
    call = estimator._call_model_fn

    def call_model_fn(features: Any, labels: Any, mode: Any, config: Any) -> Any:
        spec = call(features, labels, mode, config)
        return _with_whole_saver(spec, config, path) if mode == "train" else spec

    estimator._call_model_fn = call_model_fn


def _with_whole_saver(spec: Any, config: Any, path: str) -> Any:
    tf: Any = importlib.import_module("tensorflow").compat.v1
    scaffold = spec.scaffold or tf.train.Scaffold()
    own = [scaffold.saver] if scaffold.saver is not None else tf.get_collection(tf.GraphKeys.SAVERS)
    for saver in own:
        if saver._sharded:
            raise ScriptError(
                f"{path}: model_fn brings a tf.train.Saver(sharded=True). With parameter servers on several hosts each "
                "would write its part of a checkpoint to a disk of its own. Use sharded=False, or leave the saver out."
            )
    if own:
        return spec
    saver = tf.train.Saver(
        sharded=False,
        max_to_keep=config.keep_checkpoint_max,
        keep_checkpoint_every_n_hours=config.keep_checkpoint_every_n_hours,
        defer_build=True,
        save_relative_paths=True,
    )
    return spec._replace(scaffold=tf.train.Scaffold(saver=saver, copy_from_scaffold=scaffold))
