"""What an experiment exports.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.ExportStrategy``, ``make_export_strategy``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from smtf_core.runtime.tf1.base import tf


class ExportStrategy(NamedTuple):
    """A name, and a function of ``estimator, export_path[, checkpoint_path, eval_result]`` that exports."""

    name: str
    export_fn: Callable[..., Any]
    strip_default_attrs: bool | None = None

    def export(
        self, estimator: Any, export_path: str, checkpoint_path: str | None = None, eval_result: Any = None
    ) -> Any:
        """Export.

        Args:
            estimator: what is exported.
            export_path: folder above the export.
            checkpoint_path: the checkpoint; by default the latest.
            eval_result: metrics, for those who export the best only.

        Returns:
            Path of the export.
        """
        takes = inspect.signature(self.export_fn).parameters
        more = {"checkpoint_path": checkpoint_path, "eval_result": eval_result}
        return self.export_fn(estimator, export_path, **{name: value for name, value in more.items() if name in takes})


def make_export_strategy(
    serving_input_fn: Callable[[], Any],
    default_output_alternative_key: Any = None,
    assets_extra: Mapping[str, str] | None = None,
    as_text: bool = False,
    exports_to_keep: int | None = 5,
    strip_default_attrs: bool | None = None,
) -> ExportStrategy:
    """A strategy that writes SavedModels, called ``Servo``.

    Args:
        serving_input_fn: gives ``InputFnOps``, or a ``ServingInputReceiver`` for estimators of ``tf.estimator``.
        default_output_alternative_key: the output alternative that is served by default (``tf.contrib.learn`` only).
        assets_extra: further files: where in the SavedModel → path.
        as_text: write text.
        exports_to_keep: how many exports are kept; ``None``: all.
        strip_default_attrs: today's TensorFlow always does.

    Returns:
        The strategy. Its ``export`` raises ``ValueError`` for a ``default_output_alternative_key`` with an estimator of
        ``tf.estimator``.
    """

    def export(estimator: Any, export_dir_base: str, checkpoint_path: str | None = None) -> Any:
        alternative = {}
        if "default_output_alternative_key" in inspect.signature(estimator.export_savedmodel).parameters:
            alternative = {"default_output_alternative_key": default_output_alternative_key}
        elif default_output_alternative_key is not None:
            raise ValueError("default_output_alternative_key is not supported in core Estimator.")
        path = estimator.export_savedmodel(
            export_dir_base,
            serving_input_fn,
            assets_extra=assets_extra,
            as_text=as_text,
            checkpoint_path=checkpoint_path,
            **alternative,
        )
        garbage_collect_exports(export_dir_base, exports_to_keep)
        return path

    return ExportStrategy("Servo", export, strip_default_attrs)


def garbage_collect_exports(export_dir_base: str, exports_to_keep: int | None) -> None:
    """Remove all but the latest ``exports_to_keep`` exports.

    Args:
        export_dir_base: folder with exports, which are named by their time.
        exports_to_keep: ``None``: all.
    """
    if exports_to_keep is None:
        return
    exports = sorted(
        int(name.rstrip("/")) for name in tf.gfile.ListDirectory(export_dir_base) if name.rstrip("/").isdigit()
    )
    for export in exports[: max(0, len(exports) - exports_to_keep)]:
        tf.gfile.DeleteRecursively(f"{export_dir_base}/{export}")
