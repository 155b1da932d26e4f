"""``tf.contrib.lookup``: tables from words to numbers and back.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.lookup``. Tables are initialized by ``tf.tables_initializer()``,
which estimators run by themselves; vocabulary files are exported as assets.
"""

from __future__ import annotations

from typing import Any

from tensorflow.python.ops import lookup_ops
from tensorflow.python.ops.lookup_ops import FastHashSpec as FastHashSpec
from tensorflow.python.ops.lookup_ops import HasherSpec as HasherSpec
from tensorflow.python.ops.lookup_ops import IdTableWithHashBuckets as IdTableWithHashBuckets
from tensorflow.python.ops.lookup_ops import InitializableLookupTableBase as InitializableLookupTableBase
from tensorflow.python.ops.lookup_ops import KeyValueTensorInitializer as KeyValueTensorInitializer
from tensorflow.python.ops.lookup_ops import LookupInterface as LookupInterface
from tensorflow.python.ops.lookup_ops import StrongHashSpec as StrongHashSpec
from tensorflow.python.ops.lookup_ops import TableInitializerBase as TableInitializerBase
from tensorflow.python.ops.lookup_ops import TextFileIdTableInitializer as TextFileIdTableInitializer
from tensorflow.python.ops.lookup_ops import TextFileIndex as TextFileIndex
from tensorflow.python.ops.lookup_ops import TextFileInitializer as TextFileInitializer
from tensorflow.python.ops.lookup_ops import TextFileStringTableInitializer as TextFileStringTableInitializer
from tensorflow.python.ops.lookup_ops import index_table_from_file as index_table_from_file
from tensorflow.python.ops.lookup_ops import index_table_from_tensor as _index_table_from_tensor
from tensorflow.python.ops.lookup_ops import index_to_string_table_from_file as index_to_string_table_from_file
from tensorflow.python.ops.lookup_ops import index_to_string_table_from_tensor as _index_to_string_table_from_tensor

from smtf_core.runtime.tf1.base import tf


class _OldNames:
    """What a table was called and shared by in TensorFlow 1."""

    _given_name: str | None = None

    @property
    def init(self) -> Any:
        """The operation that initializes the table; a mutable table needs none."""
        initializer = getattr(self, "initializer", None)
        return tf.no_op() if initializer is None else initializer

    @property
    def table_ref(self) -> Any:
        """The handle of the table."""
        return self.resource_handle  # type: ignore[attr-defined]

    def _create_resource(self) -> Any:
        if self._given_name is not None:
            self._shared_name = self._given_name
        return super()._create_resource()  # type: ignore[misc]


class HashTable(_OldNames, lookup_ops.StaticHashTableV1):  # type: ignore[misc]
    """A table that does not change once it is initialized.

    Args:
        initializer: its content: a ``KeyValueTensorInitializer`` or ``TextFileInitializer``.
        default_value: for keys that are not in it.
        shared_name: tables of one name share their content between sessions.
        name: of the operation.
    """

    def __init__(
        self, initializer: Any, default_value: Any, shared_name: str | None = None, name: str | None = None
    ) -> None:
        self._given_name = shared_name
        super().__init__(initializer, default_value, name)


class MutableHashTable(_OldNames, lookup_ops.MutableHashTable):  # type: ignore[misc]
    """A table that ``insert`` changes; checkpoints have its content.

    Args:
        key_dtype: type of the keys.
        value_dtype: type of the values.
        default_value: for keys that are not in it; a vector makes a table of vectors.
        shared_name: tables of one name share their content.
        name: of the operation, and of the table in checkpoints.
        checkpoint: whether checkpoints have the content.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        shared_name: str | None = None,
        name: str = "MutableHashTable",
        checkpoint: bool = True,
    ) -> None:
        self._given_name = shared_name
        super().__init__(key_dtype, value_dtype, default_value, name, checkpoint)


class MutableDenseHashTable(_OldNames, lookup_ops.DenseHashTable):  # type: ignore[misc]
    """A faster mutable table, which needs a key that is never used.

    Args:
        key_dtype: type of the keys.
        value_dtype: type of the values.
        default_value: for keys that are not in it.
        empty_key: the key that is never used.
        initial_num_buckets: a power of two.
        shared_name: tables of one name share their content.
        name: of the operation, and of the table in checkpoints.
        checkpoint: whether checkpoints have the content.
        deleted_key: a second key that is never used; by default one that TensorFlow 1 did not need and that is made
            of the type: the smallest integer, or a string that no vocabulary has.

    Raises:
        ValueError: no ``deleted_key`` can be made for the type of the keys.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        empty_key: Any,
        initial_num_buckets: int | None = None,
        shared_name: str | None = None,
        name: str = "MutableDenseHashTable",
        checkpoint: bool = True,
        deleted_key: Any = None,
    ) -> None:
        self._given_name = shared_name
        if deleted_key is None:
            deleted_key = _unused_key(tf.as_dtype(key_dtype), empty_key)
        super().__init__(
            key_dtype, value_dtype, default_value, empty_key, deleted_key, initial_num_buckets, name, checkpoint
        )


def _unused_key(dtype: Any, empty_key: Any) -> Any:
    """A key like ``empty_key`` that is another one."""
    shape = tf.convert_to_tensor(empty_key, dtype).shape
    if dtype == tf.string:
        return tf.fill(shape, "\x00smtf deleted key")
    if dtype.is_integer:
        known = tf.get_static_value(tf.convert_to_tensor(empty_key, dtype))
        smallest = dtype.min if known is None or (known != dtype.min).any() else dtype.min + 1
        return tf.fill(shape, tf.constant(smallest, dtype))
    raise ValueError(f"a table with keys of {dtype.name} needs deleted_key=: a key other than empty_key, never used")


def index_table_from_tensor(
    mapping: Any,
    num_oov_buckets: int = 0,
    default_value: Any = -1,
    hasher_spec: Any = FastHashSpec,
    dtype: Any = tf.string,
    name: str | None = None,
) -> Any:
    """A table from the words of a vocabulary to their positions.

    Args:
        mapping: the vocabulary: 1-D, of ``dtype``.
        num_oov_buckets: how many further numbers unknown words are hashed to.
        default_value: number of unknown words when there are no such buckets.
        hasher_spec: how they are hashed.
        dtype: type of the words.
        name: of the operation.

    Returns:
        A table with ``lookup``.
    """
    return _index_table_from_tensor(mapping, num_oov_buckets, default_value, hasher_spec, dtype, name)


def index_to_string_table_from_tensor(mapping: Any, default_value: str = "UNK", name: str | None = None) -> Any:
    """A table from positions in a vocabulary to its words.

    Args:
        mapping: the vocabulary: 1-D strings.
        default_value: the word for other numbers.
        name: of the operation.

    Returns:
        A table with ``lookup``.
    """
    return _index_to_string_table_from_tensor(mapping, default_value, name)


def string_to_index_table_from_file(
    vocabulary_file: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: Any = -1,
    hasher_spec: Any = FastHashSpec,
    name: str | None = None,
) -> Any:
    """Older name of :func:`index_table_from_file`; same arguments and result."""
    return index_table_from_file(vocabulary_file, num_oov_buckets, vocab_size, default_value, hasher_spec, name=name)


def string_to_index_table_from_tensor(
    mapping: Any,
    num_oov_buckets: int = 0,
    default_value: Any = -1,
    hasher_spec: Any = FastHashSpec,
    name: str | None = None,
) -> Any:
    """Older name of :func:`index_table_from_tensor`; same arguments and result."""
    return index_table_from_tensor(mapping, num_oov_buckets, default_value, hasher_spec, name=name)


def string_to_index(tensor: Any, mapping: Any, default_value: Any = -1, name: str | None = None) -> Any:
    """Positions of words in a vocabulary.

    Args:
        tensor: the words: strings of any shape.
        mapping: the vocabulary: 1-D strings.
        default_value: for unknown words.
        name: of the operation.

    Returns:
        ``tf.int64`` of the shape of ``tensor``.
    """
    return index_table_from_tensor(mapping, default_value=default_value, name=name).lookup(tensor)


def index_to_string(tensor: Any, mapping: Any, default_value: str = "UNK", name: str | None = None) -> Any:
    """Words at positions in a vocabulary.

    Args:
        tensor: the positions: ``tf.int64`` of any shape.
        mapping: the vocabulary: 1-D strings.
        default_value: for other numbers.
        name: of the operation.

    Returns:
        Strings of the shape of ``tensor``.
    """
    return index_to_string_table_from_tensor(mapping, default_value, name).lookup(tensor)
