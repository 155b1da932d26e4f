"""Nested structures.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.framework.nest``.
"""

from tensorflow.python.util import nest as _nest

assert_same_structure = _nest.assert_same_structure
assert_shallow_structure = _nest.assert_shallow_structure
flatten = _nest.flatten
flatten_dict_items = _nest.flatten_dict_items
flatten_up_to = _nest.flatten_up_to
is_sequence = _nest.is_nested
map_structure = _nest.map_structure
map_structure_up_to = _nest.map_structure_up_to
pack_sequence_as = _nest.pack_sequence_as
