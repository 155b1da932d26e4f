"""``tf.contrib.checkpoint``: keeping checkpoints of objects.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.checkpoint``.
"""

from tensorflow.python.checkpoint.checkpoint import capture_dependencies as capture_dependencies
from tensorflow.python.checkpoint.checkpoint import list_objects as list_objects
from tensorflow.python.checkpoint.checkpoint import object_metadata as object_metadata
from tensorflow.python.trackable.autotrackable import AutoTrackable
from tensorflow.python.trackable.base import Trackable
from tensorflow.python.trackable.data_structures import List as List
from tensorflow.python.trackable.data_structures import Mapping as Mapping
from tensorflow.python.trackable.data_structures import NoDependency as NoDependency

from smtf_core.runtime.tf1.base import tf

CheckpointManager = tf.train.CheckpointManager
Checkpointable = AutoTrackable
CheckpointableBase = Trackable
