"""The Inception networks under one name. Source: TensorFlow 1.11, ``tf.contrib.slim.nets.inception``."""

from smtf_core.runtime.tf1.contrib.slim.nets.inception_v1 import inception_v1 as inception_v1
from smtf_core.runtime.tf1.contrib.slim.nets.inception_v1 import inception_v1_arg_scope as inception_v1_arg_scope
from smtf_core.runtime.tf1.contrib.slim.nets.inception_v1 import inception_v1_base as inception_v1_base
from smtf_core.runtime.tf1.contrib.slim.nets.inception_v2 import inception_v2 as inception_v2
from smtf_core.runtime.tf1.contrib.slim.nets.inception_v2 import inception_v2_arg_scope as inception_v2_arg_scope
from smtf_core.runtime.tf1.contrib.slim.nets.inception_v2 import inception_v2_base as inception_v2_base
from smtf_core.runtime.tf1.contrib.slim.nets.inception_v3 import inception_v3 as inception_v3
from smtf_core.runtime.tf1.contrib.slim.nets.inception_v3 import inception_v3_arg_scope as inception_v3_arg_scope
from smtf_core.runtime.tf1.contrib.slim.nets.inception_v3 import inception_v3_base as inception_v3_base
