"""Exports. Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.utils.saved_model_export_utils``."""

from smtf_core.runtime.tf1.contrib.learn.export_strategy import garbage_collect_exports as garbage_collect_exports
from smtf_core.runtime.tf1.contrib.learn.export_strategy import make_export_strategy as make_export_strategy
