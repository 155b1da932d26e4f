"""Normal distributions of vectors with independent elements.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.distributions.MultivariateNormalDiag`` and
``MultivariateNormalDiagWithSoftplusScale``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.distributions.independent import Independent


class MultivariateNormalDiag(Independent):
    """The normal distribution whose scale is a diagonal matrix.

    Args:
        loc: the means, ``[..., size]``; zeros by default.
        scale_diag: the diagonal, ``[..., size]``; ones by default, unless there is a multiplier.
        scale_identity_multiplier: added to the whole diagonal, ``[...]``.
        validate_args: check arguments when the graph runs.
        allow_nan_stats: give NaN for what is not defined, rather than fail.
        name: of the operations.

    Raises:
        ValueError: the size of the vectors cannot be told.
    """

    def __init__(
        self,
        loc: Any = None,
        scale_diag: Any = None,
        scale_identity_multiplier: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "MultivariateNormalDiag",
    ) -> None:
        if loc is None and scale_diag is None:
            raise ValueError("MultivariateNormalDiag needs loc or scale_diag, which tell the size of its vectors.")
        with tf.name_scope(name):
            means = None if loc is None else tf.convert_to_tensor(loc, name="loc")
            diagonal = _diagonal(means, scale_diag, scale_identity_multiplier)
            scale = tf.abs(diagonal)
            # The batch shape is that of both together, also where one of them is broadcast.
            means = tf.zeros_like(scale) if means is None else means + tf.zeros_like(scale)
            single = tf.distributions.Normal(means, scale, validate_args=validate_args, allow_nan_stats=allow_nan_stats)
        super().__init__(single, single.batch_shape.ndims and 1, validate_args, name)
        self._parameters = {
            "loc": loc,
            "scale_diag": scale_diag,
            "scale_identity_multiplier": scale_identity_multiplier,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        self._diagonal = diagonal

    @property
    def loc(self) -> Any:
        """The means."""
        return self._distribution.loc

    @property
    def scale(self) -> Any:
        """The scale, a ``tf.linalg.LinearOperatorDiag``."""
        return tf.linalg.LinearOperatorDiag(self._diagonal, is_non_singular=True)

    def _covariance(self) -> Any:
        return tf.matrix_diag(self.variance())


class MultivariateNormalDiagWithSoftplusScale(MultivariateNormalDiag):
    """The same, with ``softplus(scale_diag)`` for the diagonal.

    Args:
        loc: the means.
        scale_diag: what the diagonal is the softplus of.
        validate_args: check arguments when the graph runs.
        allow_nan_stats: give NaN for what is not defined, rather than fail.
        name: of the operations.
    """

    def __init__(
        self,
        loc: Any,
        scale_diag: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "MultivariateNormalDiagWithSoftplusScale",
    ) -> None:
        super().__init__(
            loc, tf.nn.softplus(scale_diag), validate_args=validate_args, allow_nan_stats=allow_nan_stats, name=name
        )
        self._parameters = {
            "loc": loc,
            "scale_diag": scale_diag,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }


def _diagonal(means: Any, scale_diag: Any, multiplier: Any) -> Any:
    if scale_diag is not None:
        diagonal = tf.convert_to_tensor(scale_diag, name="scale_diag")
    else:
        diagonal = tf.ones_like(means) if multiplier is None else tf.zeros_like(means)
    if multiplier is not None:
        diagonal += tf.convert_to_tensor(multiplier, dtype=diagonal.dtype)[..., tf.newaxis]
    # Where only the means have a batch shape, all of its distributions share the scale.
    return diagonal if means is None else diagonal + tf.zeros_like(means)
