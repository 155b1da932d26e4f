"""What hangs together in images.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.image.connected_components``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


def connected_components(images: Any) -> Any:
    """Number the components of images: pixels of one value, not 0, that touch at their sides.

    Args:
        images: ``[rows, columns]`` or ``[images, rows, columns]``, of any type.

    Returns:
        ``tf.int32`` of the same shape: 0 where the image is 0, else the number of the component, from 1 on over all
        images, in the order of their first pixels.

    Raises:
        TypeError: the images have another rank.
    """
    with tf.name_scope("connected_components"):
        given = tf.convert_to_tensor(images, name="images")
        if given.shape.ndims not in (2, 3):
            raise TypeError(f"images should have rank 2 or 3, not {given.shape.ndims}")
        batch = given[None] if given.shape.ndims == 2 else given
        count = tf.size(batch, out_type=tf.int64)
        places = tf.reshape(tf.range(count), tf.shape(batch))
        solid = tf.not_equal(batch, tf.zeros([], batch.dtype))
        # Whether a pixel belongs to the one below it, to the one at its right.
        below = tf.equal(batch[:, 1:], batch[:, :-1]) & solid[:, 1:]
        right = tf.equal(batch[:, :, 1:], batch[:, :, :-1]) & solid[:, :, 1:]

        def joined(first: Any, _: Any) -> tuple[Any, Any]:
            # To the smallest place among the neighbours, and then to the smallest that is known at that place: the
            # second step doubles the reach of the first with each round.
            new = first
            for linked, axis in ((below, 1), (right, 2)):
                before, after = (_cut(new, axis, at) for at in (0, 1))
                smaller = tf.where(linked, tf.minimum(before, after), tf.fill(tf.shape(linked), count))
                new = tf.minimum(new, _padded(smaller, axis, 0, count))
                new = tf.minimum(new, _padded(smaller, axis, 1, count))
            new = tf.gather(tf.reshape(new, [-1]), new)
            return new, tf.reduce_any(tf.not_equal(new, first))

        first, _ = tf.while_loop(lambda _, changed: changed, joined, (places, tf.size(batch) > 0), back_prop=False)
        begins = tf.reshape(solid & tf.equal(first, places), [-1])
        numbers = tf.cumsum(tf.cast(begins, tf.int32))
        result = tf.where(solid, tf.gather(numbers, first), tf.zeros_like(first, tf.int32))
        result.set_shape(batch.shape)
        return result[0] if given.shape.ndims == 2 else result


def _cut(values: Any, axis: int, at: int) -> Any:
    """Without the last (0) or the first (1) row or column."""
    whole, part = slice(None), slice(1, None) if at else slice(None, -1)
    return values[tuple(part if i == axis else whole for i in range(3))]


def _padded(values: Any, axis: int, at: int, value: Any) -> Any:
    """With a last (0) or first (1) row or column more."""
    return tf.pad(values, [[0, 0] if i != axis else [at, 1 - at] for i in range(3)], constant_values=value)
