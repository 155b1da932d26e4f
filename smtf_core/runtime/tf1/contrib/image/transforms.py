"""Rotating, moving and projecting images.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.image``.

A projective transform is eight numbers ``[a0, a1, a2, b0, b1, b2, c0, c1]``; the pixel ``(x, y)`` of the result is that
at ``((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k)`` of the image, with ``k = c0 x + c1 y + 1``.
"""

from __future__ import annotations

from typing import Any

from smtf_core.runtime.tf1.base import tf


def rotate(images: Any, angles: Any, interpolation: str = "NEAREST", name: str | None = None) -> Any:
    """Rotate images about their middle, counterclockwise.

    Args:
        images: ``[images, rows, columns, channels]``, ``[rows, columns, channels]`` or ``[rows, columns]``.
        angles: in radians: one for all, or one for each image.
        interpolation: ``'NEAREST'`` or ``'BILINEAR'``.
        name: of the operation.

    Returns:
        Like ``images``; what comes from outside is 0.

    Raises:
        TypeError: the images have another type or rank.
    """
    with tf.name_scope(name, "rotate"):
        batch = _batch(tf.convert_to_tensor(images))
        height, width = (tf.cast(size, tf.float32) for size in (tf.shape(batch)[1], tf.shape(batch)[2]))
        return transform(images, angles_to_projective_transforms(angles, height, width), interpolation)


def translate(images: Any, translations: Any, interpolation: str = "NEAREST", name: str | None = None) -> Any:
    """Move images.

    Args:
        images: as in :func:`rotate`.
        translations: ``[dx, dy]`` for all, or ``[images, 2]``.
        interpolation: as in :func:`rotate`.
        name: of the operation.

    Returns:
        Like ``images``; what comes from outside is 0.
    """
    with tf.name_scope(name, "translate"):
        return transform(images, translations_to_projective_transforms(translations), interpolation)


def transform(
    images: Any, transforms: Any, interpolation: str = "NEAREST", output_shape: Any = None, name: str | None = None
) -> Any:
    """Apply projective transforms to images.

    Args:
        images: as in :func:`rotate`.
        transforms: ``[8]`` for all, or ``[images, 8]``.
        interpolation: as in :func:`rotate`.
        output_shape: rows and columns of the result; by default those of the images.
        name: of the operation.

    Returns:
        Images of the given type; what comes from outside is 0.

    Raises:
        TypeError: the images or the transforms have another type or rank.
    """
    with tf.name_scope(name, "transform"):
        given = tf.convert_to_tensor(images, name="images")
        batch = _batch(given)
        matrix = tf.convert_to_tensor(transforms, tf.float32, name="transforms")
        if matrix.shape.ndims not in (1, 2):
            raise TypeError("Transforms should have rank 1 or 2.")
        if matrix.shape.ndims == 1:
            matrix = matrix[None]
        if output_shape is None:
            output_shape = tf.shape(batch)[1:3]
        size = tf.convert_to_tensor(output_shape, tf.int32, name="output_shape")
        known = tf.get_static_value(size)
        result = tf.raw_ops.ImageProjectiveTransformV2(
            images=batch, transforms=matrix, output_shape=size, interpolation=interpolation.upper()
        )
        rows = [None, None] if known is None else list(known)
        result.set_shape([batch.shape.as_list()[0], *rows, batch.shape.as_list()[3]])
        if given.shape.ndims == 2:
            return result[0, :, :, 0]
        return result[0] if given.shape.ndims == 3 else result


def _batch(images: Any) -> Any:
    rank = images.shape.ndims
    if rank is None:
        raise TypeError("image rank must be statically known")
    if rank not in (2, 3, 4):
        raise TypeError(f"Images should have rank between 2 and 4, not {rank}.")
    return {2: lambda: images[None, :, :, None], 3: lambda: images[None], 4: lambda: images}[rank]()


def angles_to_projective_transforms(angles: Any, image_height: Any, image_width: Any, name: str | None = None) -> Any:
    """The transforms that rotate.

    Args:
        angles: in radians: scalar or ``[images]``.
        image_height: rows, float.
        image_width: columns, float.
        name: of the operation.

    Returns:
        ``[images, 8]``.

    Raises:
        TypeError: ``angles`` has another rank.
    """
    with tf.name_scope(name, "angles_to_projective_transforms"):
        given = tf.convert_to_tensor(angles, tf.float32, name="angles")
        if given.shape.ndims not in (0, 1):
            raise TypeError("Angles should have rank 0 or 1.")
        angle = given[None] if given.shape.ndims == 0 else given
        cosine, sine = tf.cos(angle), tf.sin(angle)
        right, bottom = image_width - 1, image_height - 1
        x = (right - (cosine * right - sine * bottom)) / 2.0
        y = (bottom - (sine * right + cosine * bottom)) / 2.0
        zero = tf.zeros_like(angle)
        return tf.stack([cosine, -sine, x, sine, cosine, y, zero, zero], 1)


def translations_to_projective_transforms(translations: Any, name: str | None = None) -> Any:
    """The transforms that move.

    Args:
        translations: ``[dx, dy]`` or ``[images, 2]``.
        name: of the operation.

    Returns:
        ``[images, 8]``.

    Raises:
        TypeError: ``translations`` has another rank.
    """
    with tf.name_scope(name, "translations_to_projective_transforms"):
        given = tf.convert_to_tensor(translations, tf.float32, name="translations")
        if given.shape.ndims not in (1, 2):
            raise TypeError("Translations should have rank 1 or 2.")
        steps = given[None] if given.shape.ndims == 1 else given
        one, zero = tf.ones_like(steps[:, 0]), tf.zeros_like(steps[:, 0])
        return tf.stack([one, zero, -steps[:, 0], zero, one, -steps[:, 1], zero, zero], 1)


def flat_transforms_to_matrices(transforms: Any) -> Any:
    """Transforms as matrices.

    Args:
        transforms: ``[8]`` or ``[images, 8]``.

    Returns:
        ``[images, 3, 3]``.
    """
    rows = tf.reshape(tf.convert_to_tensor(transforms, tf.float32), [-1, 8])
    return tf.reshape(tf.concat([rows, tf.ones([tf.shape(rows)[0], 1])], 1), [-1, 3, 3])


def matrices_to_flat_transforms(transform_matrices: Any) -> Any:
    """Transforms of matrices; the last entry of each becomes 1.

    Args:
        transform_matrices: ``[3, 3]`` or ``[images, 3, 3]``.

    Returns:
        ``[images, 8]``.
    """
    rows = tf.reshape(tf.convert_to_tensor(transform_matrices, tf.float32), [-1, 9])
    return (rows / rows[:, 8:9])[:, :8]


def compose_transforms(*transforms: Any) -> Any:
    """One transform of several, which has the effect of applying them one after the other.

    Args:
        *transforms: ``[8]`` or ``[images, 8]`` each.

    Returns:
        ``[images, 8]``.

    Raises:
        ValueError: there are none.
    """
    if not transforms:
        raise ValueError("compose_transforms needs at least one transform")
    product = flat_transforms_to_matrices(transforms[0])
    for following in transforms[1:]:
        product = tf.matmul(product, flat_transforms_to_matrices(following))
    return matrices_to_flat_transforms(product)
