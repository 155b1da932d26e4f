"""``tf.contrib.resampler``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.resampler.resampler``."""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


def resampler(data: Any, warp: Any, name: str = "resampler") -> Any:
    """Images at places between their pixels, by bilinear interpolation; beyond their edges they are 0.

    Args:
        data: ``[batch, height, width, channels]``.
        warp: ``[batch, …, 2]``: x (of the width) and y (of the height) of each place, in pixels from the first one.
        name: of the operation.

    Returns:
        ``[batch, …, channels]``.
    """
    with tf.name_scope(name, "resampler", [data, warp]):
        data, warp = tf.convert_to_tensor(data), tf.convert_to_tensor(warp)
        # A pixel of zeros all around: places outside that are no further than one pixel fade out.
        padded = tf.pad(data, [[0, 0], [1, 1], [1, 1], [0, 0]])
        sizes = tf.shape(data)[1:3]
        last = tf.cast(tf.stack([sizes[1], sizes[0]]), warp.dtype)
        place = tf.clip_by_value(warp, -tf.ones_like(last), last)
        low = tf.minimum(tf.floor(place), last - 1)
        share_x, share_y = tf.unstack(tf.cast(place - low, data.dtype), axis=-1)
        x, y = tf.unstack(tf.cast(low, tf.int32) + 1, axis=-1)

        def pixels(dx: int, dy: int) -> Any:
            found = tf.gather_nd(padded, tf.stack([y + dy, x + dx], axis=-1), batch_dims=1)
            weight = (share_x if dx else 1 - share_x) * (share_y if dy else 1 - share_y)
            return found * tf.expand_dims(weight, -1)

        return tf.add_n([pixels(dx, dy) for dx in (0, 1) for dy in (0, 1)])
