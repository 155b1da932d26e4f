"""``tf.contrib.staging``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.staging``."""

from tensorflow.python.ops.data_flow_ops import StagingArea as StagingArea
