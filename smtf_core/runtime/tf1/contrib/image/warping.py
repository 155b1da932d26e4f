"""Bending images by a flow, or by points that move.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.image``: ``dense_image_warp``, ``sparse_image_warp``,
``interpolate_spline``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf

# Keeps roots and logarithms of distances finite, as in TensorFlow 1.
_SMALLEST = 1e-10


def dense_image_warp(image: Any, flow: Any, name: str = "dense_image_warp") -> Any:
    """Bend images: the pixel ``[row, column]`` of the result is the image's at ``[row, column] - flow[row, column]``.

    Args:
        image: floating point ``[batch, rows, columns, channels]``, at least 2 rows and columns.
        flow: floating point ``[batch, rows, columns, 2]``.
        name: name scope.

    Returns:
        Like ``image``: interpolated between the four pixels around; outside of the image, its edge's.

    Raises:
        ValueError: another rank, or fewer than 2 rows or columns.
    """
    with tf.name_scope(name):
        image, flow = tf.convert_to_tensor(image), tf.convert_to_tensor(flow)
        if image.shape.ndims != 4 or flow.shape.ndims != 4:
            raise ValueError(
                f"image and flow must have 4 dimensions; they have {image.shape.ndims}, {flow.shape.ndims}"
            )
        if any(size is not None and size < 2 for size in image.shape.as_list()[1:3]):
            raise ValueError(f"Grid must be at least 2x2; the image's shape is {image.shape}")
        batch, rows, columns = tf.unstack(tf.shape(image)[:3])
        places = tf.cast(_grid(rows, columns), flow.dtype) - flow
        floors, shares = [], []
        for axis, size in enumerate((rows, columns)):
            place = places[..., axis]
            floor = tf.clip_by_value(tf.floor(place), 0, tf.cast(size - 2, flow.dtype))
            floors.append(tf.cast(floor, tf.int32))
            shares.append(tf.expand_dims(tf.cast(tf.clip_by_value(place - floor, 0, 1), image.dtype), 3))
        number = tf.broadcast_to(tf.reshape(tf.range(batch), [-1, 1, 1]), tf.shape(floors[0]))

        def pixel(below: int, right: int) -> Any:
            return tf.gather_nd(image, tf.stack([number, floors[0] + below, floors[1] + right], 3))

        top, bottom = (pixel(below, 0) + shares[1] * (pixel(below, 1) - pixel(below, 0)) for below in (0, 1))
        warped = top + shares[0] * (bottom - top)
        warped.set_shape(image.shape)
        return warped


def _grid(rows: Any, columns: Any) -> Any:
    """``[rows, columns, 2]``: row and column of each pixel."""
    return tf.stack(tf.meshgrid(tf.range(rows), tf.range(columns), indexing="ij"), 2)


def interpolate_spline(
    train_points: Any,
    train_values: Any,
    query_points: Any,
    order: int,
    regularization_weight: float = 0.0,
    name: str = "interpolate_spline",
) -> Any:
    """Interpolate between points by a polyharmonic spline.

    Args:
        train_points: ``[batch, n, d]``.
        train_values: ``[batch, n, k]``.
        query_points: ``[batch, m, d]``.
        order: of the spline; 2 is the thin plate.
        regularization_weight: how much smoothness counts against the values.
        name: name scope.

    Returns:
        ``[batch, m, k]``, the values at ``query_points``.

    Raises:
        ValueError: the sizes ``d`` and ``k`` are not known.
    """
    with tf.name_scope(name):
        points, values, queries = (tf.convert_to_tensor(given) for given in (train_points, train_values, query_points))
        width = points.shape.as_list()[-1]
        if width is None or values.shape.as_list()[-1] is None:
            raise ValueError("The last dimensions of train_points and train_values must be statically inferrable.")
        batch, count = tf.unstack(tf.shape(points)[:2])
        radial = _radial(_squared_distances(points, points), order)
        if regularization_weight > 0:
            radial = radial + regularization_weight * tf.eye(count, batch_shape=[batch], dtype=points.dtype)
        linear = tf.concat([points, tf.ones_like(points[..., :1])], 2)
        corner = tf.zeros([batch, width + 1, width + 1], points.dtype)
        left = tf.concat([tf.concat([radial, linear], 2), tf.concat([tf.transpose(linear, [0, 2, 1]), corner], 2)], 1)
        right = tf.pad(values, [[0, 0], [0, width + 1], [0, 0]])
        solution = tf.linalg.solve(left, right)
        asked = tf.concat([queries, tf.ones_like(queries[..., :1])], 2)
        weights = _radial(_squared_distances(queries, points), order)
        return tf.matmul(weights, solution[:, :count]) + tf.matmul(asked, solution[:, count:])


def _squared_distances(x: Any, y: Any) -> Any:
    return tf.reduce_sum(tf.square(tf.expand_dims(x, 2) - tf.expand_dims(y, 1)), 3)


def _radial(squared: Any, order: int) -> Any:
    bounded = tf.maximum(squared, _SMALLEST)
    if order % 2:
        return tf.pow(bounded, 0.5 * order)
    return 0.5 * tf.pow(squared, order // 2) * tf.log(bounded)


def sparse_image_warp(
    image: Any,
    source_control_point_locations: Any,
    dest_control_point_locations: Any,
    interpolation_order: int = 2,
    regularization_weight: float = 0.0,
    num_boundary_points: int = 0,
    name: str = "sparse_image_warp",
) -> tuple[Any, Any]:
    """Bend images so that some points come to lie elsewhere.

    Args:
        image: floating point ``[batch, rows, columns, channels]``, rows and columns known.
        source_control_point_locations: ``[batch, points, 2]``: row and column in the image.
        dest_control_point_locations: the same, in the result.
        interpolation_order: of the spline between the points.
        regularization_weight: of the spline.
        num_boundary_points: keep the corners (1), and so many points less one of each edge, where they are.
        name: name scope.

    Returns:
        The images, and the flow ``[batch, rows, columns, 2]`` that bends them.

    Raises:
        ValueError: ``num_boundary_points`` is negative, or the image's sizes are not known.
    """
    with tf.name_scope(name):
        image = tf.convert_to_tensor(image)
        source = tf.convert_to_tensor(source_control_point_locations)
        dest = tf.convert_to_tensor(dest_control_point_locations)
        flows = dest - source
        _, rows, columns, _ = image.shape.as_list()
        if num_boundary_points < 0:
            raise ValueError(f"num_boundary_points must not be negative: {num_boundary_points}")
        if rows is None or columns is None:
            raise ValueError(f"sparse_image_warp needs a known number of rows and columns; the shape is {image.shape}")
        batch = tf.shape(image)[0]
        if num_boundary_points:
            fixed = tf.constant(_boundary(rows, columns, num_boundary_points), dest.dtype)
            still = tf.tile(fixed[None], [batch, 1, 1])
            dest, flows = tf.concat([dest, still], 1), tf.concat([flows, tf.zeros_like(still)], 1)
        grid = tf.reshape(tf.cast(_grid(rows, columns), dest.dtype), [1, rows * columns, 2])
        flow = interpolate_spline(dest, flows, tf.tile(grid, [batch, 1, 1]), interpolation_order, regularization_weight)
        flow = tf.reshape(flow, [-1, rows, columns, 2])
        return dense_image_warp(image, flow), flow


def _boundary(rows: int, columns: int, parts: int) -> list[list[float]]:
    steps = [step / parts for step in range(parts + 1)]
    return [
        [down * (rows - 1), along * (columns - 1)] for down in steps for along in steps if {down, along} & {0.0, 1.0}
    ]
