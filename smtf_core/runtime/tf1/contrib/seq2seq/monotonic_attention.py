"""Attention that only moves forward.

Sources: C. Raffel et al., 2017, arXiv:1704.00784; TensorFlow 1.11 API documentation, ``tf.contrib.seq2seq``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.seq2seq.attention_wrapper import BahdanauAttention, LuongAttention

_MODES = ("recursive", "parallel", "hard")


def safe_cumprod(x: Any, *args: Any, **kwargs: Any) -> Any:
    """Cumulative product of numbers from 0 to 1, by the sum of their logarithms.

    Args:
        x: the numbers.
        *args: further arguments of ``tf.cumsum``.
        **kwargs: likewise.
    """
    with tf.name_scope(None, "SafeCumprod", [x]):
        x = tf.convert_to_tensor(x, name="x")
        least = np.finfo(x.dtype.as_numpy_dtype).tiny
        return tf.exp(tf.cumsum(tf.log(tf.clip_by_value(x, least, 1)), *args, **kwargs))


def monotonic_attention(p_choose_i: Any, previous_attention: Any, mode: str) -> Any:
    """The attention of a step that cannot go back behind that of the step before.

    Args:
        p_choose_i: ``[batch, memory steps]``: probability that the search ends at each memory step.
        previous_attention: ``[batch, memory steps]``: attention of the step before; of the first one: 1, 0, 0, ….
        mode: ``'recursive'`` is exact; ``'parallel'`` is faster and not exact where probabilities are next to 0 or 1;
            ``'hard'`` takes probabilities that are 0 or 1.

    Returns:
        ``[batch, memory steps]``.

    Raises:
        ValueError: there is no such mode.
    """
    chosen = tf.convert_to_tensor(p_choose_i, name="p_choose_i")
    previous = tf.convert_to_tensor(previous_attention, name="previous_attention")
    if mode == "recursive":
        # q_i = (1 - p_{i-1}) q_{i-1} + previous_i; the attention is p_i q_i.
        passed = tf.concat([tf.ones_like(chosen[:, :1]), 1 - chosen[:, :-1]], 1)
        reached = tf.scan(
            lambda before, step: step[0] * before + step[1],
            [tf.transpose(passed), tf.transpose(previous)],
            tf.zeros_like(chosen[:, 0]),
        )
        return chosen * tf.transpose(reached)
    if mode == "parallel":
        passed = safe_cumprod(1 - chosen, axis=1, exclusive=True)
        return chosen * passed * tf.cumsum(previous / tf.clip_by_value(passed, 1e-10, 1.0), axis=1)
    if mode == "hard":
        chosen = chosen * tf.cumsum(previous, axis=1)
        return chosen * tf.cumprod(1 - chosen, axis=1, exclusive=True)
    raise ValueError(f"monotonic attention has the modes {', '.join(_MODES)}, not {mode!r}")


class _Monotonic:
    """What both mechanisms have beside their scores."""

    alignments_size: Any

    def _set_up(self, sigmoid_noise: float, seed: int | None, score_bias_init: float, mode: str) -> None:
        if mode not in _MODES:
            raise ValueError(f"monotonic attention has the modes {', '.join(_MODES)}, not {mode!r}")
        self._noise, self._seed, self._bias, self._mode = sigmoid_noise, seed, score_bias_init, mode

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Any:
        """All attention on the memory's first step.

        Args:
            batch_size: scalar.
            dtype: of the result.
        """
        return tf.one_hot(tf.zeros(tf.reshape(batch_size, [1]), tf.int32), self.alignments_size, dtype=dtype)

    def _biased(self, score: Any) -> Any:
        return score + tf.get_variable(
            "attention_score_bias", dtype=score.dtype, initializer=tf.constant_initializer(self._bias), shape=()
        )

    def _probabilities(self, score: Any, state: Any) -> Any:
        if self._noise > 0:
            score += self._noise * tf.random_normal(tf.shape(score), dtype=score.dtype, seed=self._seed)
        chosen = tf.cast(score > 0, score.dtype) if self._mode == "hard" else tf.sigmoid(score)
        return monotonic_attention(chosen, state, self._mode)


class BahdanauMonotonicAttention(_Monotonic, BahdanauAttention):
    """:class:`~.attention_wrapper.BahdanauAttention` that only moves forward.

    Variables: those of its base, and ``attention_score_bias``.

    Args:
        num_units: size of keys and query.
        memory: ``[batch, memory steps, …]``, such as an encoder's outputs.
        memory_sequence_length: ``[batch]``; what comes after gets no attention.
        normalize: weight normalisation of ``v``, and a bias.
        score_mask_value: score after the end of the memory; minus infinity by default.
        sigmoid_noise: standard deviation of noise that is added to the scores, to make choices definite.
        sigmoid_noise_seed: of the noise.
        score_bias_init: first value of a variable that is added to the scores.
        mode: see :func:`monotonic_attention`.
        dtype: of the layers; ``float32`` by default.
        name: of the operations.

    Raises:
        ValueError: the memory's inner dimensions are unknown, or there is no such mode.
    """

    _scope = "bahdanau_monotonic_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        normalize: bool = False,
        score_mask_value: float | None = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: float = 0.0,
        mode: str = "parallel",
        dtype: Any = None,
        name: str = "BahdanauMonotonicAttention",
    ) -> None:
        self._set_up(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode)
        super().__init__(
            num_units, memory, memory_sequence_length, normalize, None, score_mask_value, dtype=dtype, name=name
        )

    def _score(self, query: Any) -> Any:
        return self._biased(super()._score(query))


class LuongMonotonicAttention(_Monotonic, LuongAttention):
    """:class:`~.attention_wrapper.LuongAttention` that only moves forward.

    Variables: those of its base, and ``attention_score_bias``.

    Args:
        num_units: size of keys and query.
        memory: ``[batch, memory steps, …]``, such as an encoder's outputs.
        memory_sequence_length: ``[batch]``; what comes after gets no attention.
        scale: multiply the scores by a variable.
        score_mask_value: score after the end of the memory; minus infinity by default.
        sigmoid_noise: standard deviation of noise that is added to the scores, to make choices definite.
        sigmoid_noise_seed: of the noise.
        score_bias_init: first value of a variable that is added to the scores.
        mode: see :func:`monotonic_attention`.
        dtype: of the layer; ``float32`` by default.
        name: of the operations.

    Raises:
        ValueError: the memory's inner dimensions are unknown, or there is no such mode.
    """

    _scope = "luong_monotonic_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        scale: bool = False,
        score_mask_value: float | None = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: float = 0.0,
        mode: str = "parallel",
        dtype: Any = None,
        name: str = "LuongMonotonicAttention",
    ) -> None:
        self._set_up(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode)
        super().__init__(
            num_units, memory, memory_sequence_length, scale, None, score_mask_value, dtype=dtype, name=name
        )

    def _score(self, query: Any) -> Any:
        return self._biased(super()._score(query))
