"""Items of ``tf.train.Example``. Source: TensorFlow 1.11, ``tf.contrib.slim.tfexample_decoder``."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.slim.data.data_decoder import DataDecoder


class ItemHandler(abc.ABC):
    """Makes an item of parsed features.

    Args:
        keys: the feature, or the features, that it needs.
    """

    def __init__(self, keys: str | Sequence[str]) -> None:
        self._keys = list(keys) if isinstance(keys, (tuple, list)) else [keys]

    @property
    def keys(self) -> list[Any]:
        """The features that it needs."""
        return self._keys

    @abc.abstractmethod
    def tensors_to_item(self, keys_to_tensors: Mapping[str, Any]) -> Any:
        """The item.

        Args:
            keys_to_tensors: feature → what was parsed, a tensor or a sparse tensor.
        """


class ItemHandlerCallback(ItemHandler):
    """A function makes the item.

    Args:
        keys: the features that it needs.
        func: gets a dict of them.
    """

    def __init__(self, keys: str | Sequence[str], func: Callable[[Mapping[str, Any]], Any]) -> None:
        super().__init__(keys)
        self._func = func

    def tensors_to_item(self, keys_to_tensors: Mapping[str, Any]) -> Any:
        """See :class:`ItemHandler`."""
        return self._func(keys_to_tensors)


class BoundingBox(ItemHandler):
    """Boxes ``[boxes, 4]`` of four features.

    Args:
        keys: features with the boxes' ymin, xmin, ymax and xmax.
        prefix: put before each key.

    Raises:
        ValueError: there are not four keys.
    """

    def __init__(self, keys: Sequence[str] | None = None, prefix: str = "") -> None:
        keys = ["ymin", "xmin", "ymax", "xmax"] if keys is None else keys
        if len(keys) != 4:
            raise ValueError(f"a box has 4 sides, but there are {len(keys)} keys for them")
        super().__init__([f"{prefix or ''}{key}" for key in keys])

    def tensors_to_item(self, keys_to_tensors: Mapping[str, Any]) -> Any:
        """See :class:`ItemHandler`."""
        sides = [keys_to_tensors[key] for key in self.keys]
        return tf.stack([side.values if isinstance(side, tf.SparseTensor) else side for side in sides], axis=1)


class Tensor(ItemHandler):
    """A feature as it is, or in another shape.

    Args:
        tensor_key: the feature.
        shape_keys: feature, or features, with the shape.
        shape: the shape.
        default_value: of what a sparse feature lacks.

    Raises:
        ValueError: both ``shape_keys`` and ``shape`` are given.
    """

    def __init__(self, tensor_key: str, shape_keys: Any = None, shape: Any = None, default_value: Any = 0) -> None:
        self._shape_keys = _shape_keys(shape_keys, shape)
        super().__init__([tensor_key, *self._shape_keys])
        self._tensor_key, self._shape, self._default_value = tensor_key, shape, default_value

    def tensors_to_item(self, keys_to_tensors: Mapping[str, Any]) -> Any:
        """See :class:`ItemHandler`."""
        tensor = keys_to_tensors[self._tensor_key]
        shape = _read_shape(self._shape_keys, self._shape, keys_to_tensors)
        if isinstance(tensor, tf.SparseTensor):
            tensor = tensor if shape is None else tf.sparse_reshape(tensor, shape)
            return tf.sparse_tensor_to_dense(tensor, self._default_value)
        return tensor if shape is None else tf.reshape(tensor, shape)


class LookupTensor(Tensor):
    """A feature that is looked up in a table.

    Args:
        tensor_key: the feature.
        table: a lookup table.
        shape_keys: feature, or features, with the shape.
        shape: the shape.
        default_value: of what a sparse feature lacks.

    Raises:
        ValueError: both ``shape_keys`` and ``shape`` are given.
    """

    def __init__(
        self, tensor_key: str, table: Any, shape_keys: Any = None, shape: Any = None, default_value: Any = ""
    ) -> None:
        super().__init__(tensor_key, shape_keys, shape, default_value)
        self._table = table

    def tensors_to_item(self, keys_to_tensors: Mapping[str, Any]) -> Any:
        """See :class:`ItemHandler`."""
        return self._table.lookup(super().tensors_to_item(keys_to_tensors))


class BackupHandler(ItemHandler):
    """A second way where the first one gives nothing.

    Args:
        handler: the first.
        backup: asked where the first one's item has no elements.

    Raises:
        ValueError: one of them is no handler.
    """

    def __init__(self, handler: ItemHandler, backup: ItemHandler) -> None:
        for each in (handler, backup):
            if not isinstance(each, ItemHandler):
                raise ValueError(f"{each!r} is no ItemHandler")  # noqa: TRY004 - TensorFlow's
        super().__init__([*handler.keys, *backup.keys])
        self._handler, self._backup = handler, backup

    def tensors_to_item(self, keys_to_tensors: Mapping[str, Any]) -> Any:
        """See :class:`ItemHandler`."""
        item = self._handler.tensors_to_item(keys_to_tensors)
        return tf.cond(tf.equal(tf.size(item), 0), lambda: self._backup.tensors_to_item(keys_to_tensors), lambda: item)


class SparseTensor(ItemHandler):
    """A sparse tensor of one feature with indices and one with values.

    Args:
        indices_key: feature with the indices in the last dimension; ``'indices'`` by default.
        values_key: feature with the values; ``'values'`` by default.
        shape_key: feature with the shape.
        shape: the shape, where there is no ``shape_key``; that of the indices by default.
        densify: give a dense tensor.
        default_value: of what it lacks then.
    """

    def __init__(
        self,
        indices_key: str | None = None,
        values_key: str | None = None,
        shape_key: str | None = None,
        shape: Any = None,
        densify: bool = False,
        default_value: Any = 0,
    ) -> None:
        self._indices_key, self._values_key = indices_key or "indices", values_key or "values"
        super().__init__([self._indices_key, self._values_key, *([shape_key] if shape_key else [])])
        self._shape_key, self._shape = shape_key, shape
        self._densify, self._default_value = densify, default_value

    def tensors_to_item(self, keys_to_tensors: Mapping[str, Any]) -> Any:
        """See :class:`ItemHandler`."""
        indices, values = keys_to_tensors[self._indices_key], keys_to_tensors[self._values_key]
        told = _dense(keys_to_tensors[self._shape_key]) if self._shape_key else self._shape
        shape = indices.dense_shape if told is None else told
        last = tf.reshape(tf.to_int64(indices.values), [-1, 1])
        tensor = tf.SparseTensor(tf.concat([indices.indices[:, :-1], last], 1), values.values, shape)
        return tf.sparse_tensor_to_dense(tensor, self._default_value) if self._densify else tensor


class Image(ItemHandler):
    """An image ``[height, width, channels]`` of a feature with a file's content.

    Args:
        image_key: feature with the content; ``'image/encoded'`` by default.
        format_key: feature with the format; ``'image/format'`` by default. ``'raw'`` and ``'RAW'`` are the numbers
            themselves, anything else is told by the content.
        shape: of the image; needed for raw ones.
        channels: number of channels.
        dtype: ``tf.uint8``, or ``tf.uint16`` of PNG images.
        repeated: the feature has several images of one size.
        dct_method: how JPEG images are decompressed.
    """

    def __init__(
        self,
        image_key: str | None = None,
        format_key: str | None = None,
        shape: Any = None,
        channels: int = 3,
        dtype: Any = tf.uint8,
        repeated: bool = False,
        dct_method: str = "",
    ) -> None:
        self._image_key, self._format_key = image_key or "image/encoded", format_key or "image/format"
        super().__init__([self._image_key, self._format_key])
        self._shape, self._channels, self._dtype = shape, channels, dtype
        self._repeated, self._dct_method = repeated, dct_method

    def tensors_to_item(self, keys_to_tensors: Mapping[str, Any]) -> Any:
        """See :class:`ItemHandler`."""
        content, image_format = keys_to_tensors[self._image_key], keys_to_tensors[self._format_key]
        if self._repeated:
            return tf.map_fn(lambda each: self._decoded(each, image_format), content, dtype=self._dtype)
        return self._decoded(content, image_format)

    def _decoded(self, content: Any, image_format: Any) -> Any:
        raw = tf.logical_or(tf.equal(image_format, "raw"), tf.equal(image_format, "RAW"))
        image = tf.cond(raw, lambda: tf.decode_raw(content, self._dtype), lambda: self._of_file(content))
        image.set_shape([None, None, self._channels])
        return image if self._shape is None else tf.reshape(image, self._shape)

    def _of_file(self, content: Any) -> Any:
        if self._dtype == tf.uint16:
            return tf.image.decode_png(content, self._channels, dtype=tf.uint16)

        def by_content() -> Any:
            return tf.cast(tf.image.decode_image(content, self._channels), self._dtype)

        def jpeg() -> Any:
            return tf.cast(tf.image.decode_jpeg(content, self._channels, dct_method=self._dct_method), self._dtype)

        return tf.cond(tf.image.is_jpeg(content), jpeg, by_content) if self._dct_method else by_content()


class TFExampleDecoder(DataDecoder):
    """Makes items of a serialized ``tf.train.Example``.

    Args:
        keys_to_features: feature → how it is parsed, such as ``tf.FixedLenFeature``.
        items_to_handlers: item → its handler.
    """

    def __init__(self, keys_to_features: Mapping[str, Any], items_to_handlers: Mapping[str, ItemHandler]) -> None:
        self._keys_to_features, self._items_to_handlers = keys_to_features, items_to_handlers

    def list_items(self) -> list[str]:
        """The names of all items."""
        return list(self._items_to_handlers)

    def decode(self, serialized_example: Any, items: Sequence[str] | None = None) -> list[Any]:
        """The tensors of items.

        Args:
            serialized_example: scalar string.
            items: names of items; all by default.
        """
        parsed = tf.parse_single_example(serialized_example, dict(self._keys_to_features))
        handlers = [self._items_to_handlers[item] for item in items or self.list_items()]
        return [handler.tensors_to_item({key: parsed[key] for key in handler.keys}) for handler in handlers]


def _shape_keys(shape_keys: Any, shape: Any) -> list[str]:
    if shape_keys and shape is not None:
        raise ValueError("give shape_keys or shape, not both")
    return list(shape_keys) if isinstance(shape_keys, (list, tuple)) else [shape_keys] if shape_keys else []


def _read_shape(shape_keys: Sequence[str], shape: Any, keys_to_tensors: Mapping[str, Any]) -> Any:
    if not shape_keys:
        return shape
    return tf.concat([tf.reshape(_dense(keys_to_tensors[key]), [-1]) for key in shape_keys], 0)


def _dense(tensor: Any) -> Any:
    return tf.sparse_tensor_to_dense(tensor) if isinstance(tensor, tf.SparseTensor) else tensor
