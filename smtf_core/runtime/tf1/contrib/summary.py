"""``tf.contrib.summary``: summaries that are written while the graph runs.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.summary``.
"""

from tensorflow.python.ops import summary_ops_v2 as _ops
from tensorflow.python.ops.summary_ops_v2 import SummaryWriter as SummaryWriter
from tensorflow.python.ops.summary_ops_v2 import always_record_summaries as always_record_summaries
from tensorflow.python.ops.summary_ops_v2 import audio as audio
from tensorflow.python.ops.summary_ops_v2 import create_file_writer as create_file_writer
from tensorflow.python.ops.summary_ops_v2 import create_summary_file_writer as create_summary_file_writer
from tensorflow.python.ops.summary_ops_v2 import eval_dir as eval_dir
from tensorflow.python.ops.summary_ops_v2 import flush as flush
from tensorflow.python.ops.summary_ops_v2 import generic as generic
from tensorflow.python.ops.summary_ops_v2 import histogram as histogram
from tensorflow.python.ops.summary_ops_v2 import image as image
from tensorflow.python.ops.summary_ops_v2 import import_event as import_event
from tensorflow.python.ops.summary_ops_v2 import initialize as initialize
from tensorflow.python.ops.summary_ops_v2 import never_record_summaries as never_record_summaries
from tensorflow.python.ops.summary_ops_v2 import (
    record_summaries_every_n_global_steps as record_summaries_every_n_global_steps,
)
from tensorflow.python.ops.summary_ops_v2 import scalar as scalar
from tensorflow.python.ops.summary_ops_v2 import should_record_summaries as should_record_summaries
from tensorflow.python.ops.summary_ops_v2 import summary_writer_initializer_op as summary_writer_initializer_op

all_summary_ops = _ops.all_v2_summary_ops
graph = _ops.graph_v1
