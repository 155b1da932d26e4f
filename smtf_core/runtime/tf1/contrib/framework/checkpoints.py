"""Reading checkpoints.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.framework`` ("Checkpoint utilities").
"""

from smtf_core.runtime.tf1.base import tf

load_checkpoint = tf.train.load_checkpoint
load_variable = tf.train.load_variable
list_variables = tf.train.list_variables
init_from_checkpoint = tf.train.init_from_checkpoint
