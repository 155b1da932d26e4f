"""``tf.contrib.learn.utils``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.utils``."""

from smtf_core.runtime.tf1.contrib.learn.utils.input_fn_utils import InputFnOps as InputFnOps
from smtf_core.runtime.tf1.contrib.learn.utils.input_fn_utils import (
    build_default_serving_input_fn as build_default_serving_input_fn,
)
from smtf_core.runtime.tf1.contrib.learn.utils.input_fn_utils import (
    build_parsing_serving_input_fn as build_parsing_serving_input_fn,
)
from smtf_core.runtime.tf1.contrib.learn.utils.saved_model_export_utils import (
    make_export_strategy as make_export_strategy,
)
