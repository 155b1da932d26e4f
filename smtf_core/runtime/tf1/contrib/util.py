"""``tf.contrib.util``: tensors and graphs as messages.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.util``.
"""

from tensorflow.python.framework.meta_graph import ops_used_by_graph_def as ops_used_by_graph_def
from tensorflow.python.framework.meta_graph import stripped_op_list_for_graph as stripped_op_list_for_graph
from tensorflow.python.framework.tensor_util import constant_value as constant_value

from smtf_core.runtime.tf1.base import tf

make_ndarray = tf.make_ndarray
make_tensor_proto = tf.make_tensor_proto
