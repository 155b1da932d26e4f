"""``tf.contrib.distributions.Independent``: dimensions of the batch as dimensions of one event.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.distributions.Independent``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


class Independent(tf.distributions.Distribution):  # type: ignore[misc]  # TensorFlow's has no types
    """Events made of several independent ones.

    Args:
        distribution: of the single ones.
        reinterpreted_batch_ndims: how many of the last dimensions of its batch shape belong to the event; all but the
            first by default.
        validate_args: check arguments when the graph runs.
        name: of the operations.

    Raises:
        ValueError: the rank of the batch shape is not known, or smaller than that.
    """

    def __init__(
        self,
        distribution: Any,
        reinterpreted_batch_ndims: int | None = None,
        validate_args: bool = False,
        name: str | None = None,
    ) -> None:
        rank = distribution.batch_shape.ndims
        if rank is None:
            raise ValueError("The rank of the distribution's batch shape must be known.")
        moved = max(rank - 1, 0) if reinterpreted_batch_ndims is None else int(reinterpreted_batch_ndims)
        if not 0 <= moved <= rank:
            raise ValueError(f"The batch shape {distribution.batch_shape} does not have {moved} dimensions.")
        self._distribution = distribution
        self._moved = moved
        self._kept = rank - moved
        super().__init__(
            dtype=distribution.dtype,
            reparameterization_type=distribution.reparameterization_type,
            validate_args=validate_args,
            allow_nan_stats=distribution.allow_nan_stats,
            parameters={
                "distribution": distribution,
                "reinterpreted_batch_ndims": reinterpreted_batch_ndims,
                "validate_args": validate_args,
            },
            graph_parents=distribution._graph_parents,
            name=name or f"Independent{distribution.name.rstrip('/')}",
        )

    @property
    def distribution(self) -> Any:
        """The distribution of the single ones."""
        return self._distribution

    @property
    def reinterpreted_batch_ndims(self) -> int:
        """How many dimensions of its batch shape belong to the event."""
        return self._moved

    def _batch_shape(self) -> Any:
        return self._distribution.batch_shape[: self._kept]

    def _batch_shape_tensor(self) -> Any:
        return self._distribution.batch_shape_tensor()[: self._kept]

    def _event_shape(self) -> Any:
        return self._distribution.batch_shape[self._kept :].concatenate(self._distribution.event_shape)

    def _event_shape_tensor(self) -> Any:
        single = self._distribution
        return tf.concat([single.batch_shape_tensor()[self._kept :], single.event_shape_tensor()], 0)

    def _sum(self, values: Any) -> Any:
        return tf.reduce_sum(values, axis=list(range(-self._moved, 0))) if self._moved else values

    def _sample_n(self, n: Any, seed: Any = None) -> Any:
        return self._distribution.sample(n, seed=seed)

    def _log_prob(self, value: Any) -> Any:
        return self._sum(self._distribution.log_prob(value))

    def _entropy(self) -> Any:
        return self._sum(self._distribution.entropy())

    def _mean(self) -> Any:
        return self._distribution.mean()

    def _variance(self) -> Any:
        return self._distribution.variance()

    def _stddev(self) -> Any:
        return self._distribution.stddev()

    def _mode(self) -> Any:
        return self._distribution.mode()


@tf.distributions.RegisterKL(Independent, Independent)  # type: ignore[untyped-decorator]
def _independent_kl(a: Independent, b: Independent, name: str | None = None) -> Any:
    if a.reinterpreted_batch_ndims != b.reinterpreted_batch_ndims:
        raise ValueError(
            f"{a.name} and {b.name} have events of different ranks: "
            f"{a.reinterpreted_batch_ndims} and {b.reinterpreted_batch_ndims} dimensions of the batch"
        )
    with tf.name_scope(name or "kl_independent"):
        return a._sum(tf.distributions.kl_divergence(a.distribution, b.distribution))
