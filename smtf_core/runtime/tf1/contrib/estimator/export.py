"""SavedModels with graphs for training and evaluation.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.estimator.export_saved_model_for_mode`` and
``export_all_saved_models``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def export_all_saved_models(
    estimator: Any,
    export_dir_base: str,
    input_receiver_fn_map: Mapping[str, Callable[[], Any]],
    assets_extra: Mapping[str, str] | None = None,
    as_text: bool = False,
    checkpoint_path: str | None = None,
    strip_default_attrs: bool = False,
) -> Any:
    """Export the graphs of several modes into one SavedModel.

    Args:
        estimator: a trained estimator.
        export_dir_base: a folder named after the time is made in it.
        input_receiver_fn_map: mode → function that makes its inputs.
        assets_extra: name in ``assets.extra`` → file.
        as_text: write text.
        checkpoint_path: by default the newest checkpoint.
        strip_default_attrs: today's TensorFlow always leaves default values out, so ``False`` cannot be had; readers
            that know the operations see no difference.

    Returns:
        The folder, as bytes.
    """
    return estimator.experimental_export_all_saved_models(
        export_dir_base, input_receiver_fn_map, assets_extra, as_text, checkpoint_path
    )


def export_saved_model_for_mode(
    estimator: Any,
    export_dir_base: str,
    input_receiver_fn: Callable[[], Any],
    assets_extra: Mapping[str, str] | None = None,
    as_text: bool = False,
    checkpoint_path: str | None = None,
    strip_default_attrs: bool = False,
    mode: str = "infer",
) -> Any:
    """Export the graph of one mode; other arguments and result as :func:`export_all_saved_models`.

    Args:
        estimator: a trained estimator.
        export_dir_base: a folder named after the time is made in it.
        input_receiver_fn: makes the inputs.
        assets_extra: name in ``assets.extra`` → file.
        as_text: write text.
        checkpoint_path: by default the newest checkpoint.
        strip_default_attrs: see :func:`export_all_saved_models`.
        mode: a ``tf.estimator.ModeKeys``.

    Returns:
        The folder, as bytes.
    """
    return export_all_saved_models(
        estimator,
        export_dir_base,
        {mode: input_receiver_fn},
        assets_extra,
        as_text,
        checkpoint_path,
        strip_default_attrs,
    )
