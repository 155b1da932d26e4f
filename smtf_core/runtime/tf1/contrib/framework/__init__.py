"""``tf.contrib.framework``: argument scopes, variables, checkpoints, small helpers.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.framework``.
"""

from tensorflow.python.framework.smart_cond import smart_case as smart_case
from tensorflow.python.framework.smart_cond import smart_cond as smart_cond
from tensorflow.python.framework.smart_cond import smart_constant_value as smart_constant_value
from tensorflow.python.util.deprecation import deprecated as deprecated
from tensorflow.python.util.deprecation import deprecated_arg_values as deprecated_arg_values
from tensorflow.python.util.deprecation import deprecated_args as deprecated_args

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.framework.checkpoints import init_from_checkpoint as init_from_checkpoint
from smtf_core.runtime.tf1.contrib.framework.checkpoints import list_variables as list_variables
from smtf_core.runtime.tf1.contrib.framework.checkpoints import load_checkpoint as load_checkpoint
from smtf_core.runtime.tf1.contrib.framework.checkpoints import load_variable as load_variable
from smtf_core.runtime.tf1.contrib.framework.scopes import add_arg_scope as add_arg_scope
from smtf_core.runtime.tf1.contrib.framework.scopes import arg_scope as arg_scope
from smtf_core.runtime.tf1.contrib.framework.scopes import arg_scope_func_key as arg_scope_func_key
from smtf_core.runtime.tf1.contrib.framework.scopes import arg_scoped_arguments as arg_scoped_arguments
from smtf_core.runtime.tf1.contrib.framework.scopes import current_arg_scope as current_arg_scope
from smtf_core.runtime.tf1.contrib.framework.scopes import has_arg_scope as has_arg_scope
from smtf_core.runtime.tf1.contrib.framework.tensors import argsort as argsort
from smtf_core.runtime.tf1.contrib.framework.tensors import assert_same_float_dtype as assert_same_float_dtype
from smtf_core.runtime.tf1.contrib.framework.tensors import assert_scalar as assert_scalar
from smtf_core.runtime.tf1.contrib.framework.tensors import assert_scalar_int as assert_scalar_int
from smtf_core.runtime.tf1.contrib.framework.tensors import (
    convert_to_tensor_or_sparse_tensor as convert_to_tensor_or_sparse_tensor,
)
from smtf_core.runtime.tf1.contrib.framework.tensors import get_name_scope as get_name_scope
from smtf_core.runtime.tf1.contrib.framework.tensors import get_placeholders as get_placeholders
from smtf_core.runtime.tf1.contrib.framework.tensors import is_tensor as is_tensor
from smtf_core.runtime.tf1.contrib.framework.tensors import reduce_sum_n as reduce_sum_n
from smtf_core.runtime.tf1.contrib.framework.tensors import remove_squeezable_dimensions as remove_squeezable_dimensions
from smtf_core.runtime.tf1.contrib.framework.tensors import sort as sort
from smtf_core.runtime.tf1.contrib.framework.tensors import with_same_shape as with_same_shape
from smtf_core.runtime.tf1.contrib.framework.tensors import with_shape as with_shape
from smtf_core.runtime.tf1.contrib.framework.variables import VariableDeviceChooser as VariableDeviceChooser
from smtf_core.runtime.tf1.contrib.framework.variables import add_model_variable as add_model_variable
from smtf_core.runtime.tf1.contrib.framework.variables import assert_global_step as assert_global_step
from smtf_core.runtime.tf1.contrib.framework.variables import assert_or_get_global_step as assert_or_get_global_step
from smtf_core.runtime.tf1.contrib.framework.variables import assign_from_checkpoint as assign_from_checkpoint
from smtf_core.runtime.tf1.contrib.framework.variables import assign_from_checkpoint_fn as assign_from_checkpoint_fn
from smtf_core.runtime.tf1.contrib.framework.variables import assign_from_values as assign_from_values
from smtf_core.runtime.tf1.contrib.framework.variables import assign_from_values_fn as assign_from_values_fn
from smtf_core.runtime.tf1.contrib.framework.variables import create_global_step as create_global_step
from smtf_core.runtime.tf1.contrib.framework.variables import filter_variables as filter_variables
from smtf_core.runtime.tf1.contrib.framework.variables import get_global_step as get_global_step
from smtf_core.runtime.tf1.contrib.framework.variables import get_local_variables as get_local_variables
from smtf_core.runtime.tf1.contrib.framework.variables import get_model_variables as get_model_variables
from smtf_core.runtime.tf1.contrib.framework.variables import get_or_create_global_step as get_or_create_global_step
from smtf_core.runtime.tf1.contrib.framework.variables import get_trainable_variables as get_trainable_variables
from smtf_core.runtime.tf1.contrib.framework.variables import get_unique_variable as get_unique_variable
from smtf_core.runtime.tf1.contrib.framework.variables import get_variable_full_name as get_variable_full_name
from smtf_core.runtime.tf1.contrib.framework.variables import get_variables as get_variables
from smtf_core.runtime.tf1.contrib.framework.variables import get_variables_by_name as get_variables_by_name
from smtf_core.runtime.tf1.contrib.framework.variables import get_variables_by_suffix as get_variables_by_suffix
from smtf_core.runtime.tf1.contrib.framework.variables import get_variables_to_restore as get_variables_to_restore
from smtf_core.runtime.tf1.contrib.framework.variables import global_variable as global_variable
from smtf_core.runtime.tf1.contrib.framework.variables import local_variable as local_variable
from smtf_core.runtime.tf1.contrib.framework.variables import model_variable as model_variable
from smtf_core.runtime.tf1.contrib.framework.variables import variable as variable
from smtf_core.runtime.tf1.contrib.framework.variables import zero_initializer as zero_initializer

CriticalSection = tf.CriticalSection
TensorSpec = tf.TensorSpec
