"""``tf.contrib.rnn``: recurrent cells and the loops that run them.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.rnn``.
"""

from tensorflow.python.ops import rnn as _rnn
from tensorflow.python.ops.rnn_cell_impl import _concat as _concat
from tensorflow.python.ops.rnn_cell_impl import _zero_state_tensors as _zero_state_tensors
from tensorflow.python.ops.rnn_cell_impl import assert_like_rnncell as assert_like_rnncell
from tf_keras.src.layers.rnn.legacy_cells import LayerRNNCell as LayerRNNCell

from smtf_core.runtime.tf1.base import rnn_cell, tf
from smtf_core.runtime.tf1.contrib.rnn import cell as _cell
from smtf_core.runtime.tf1.contrib.rnn.block_cells import GRUBlockCell as GRUBlockCell
from smtf_core.runtime.tf1.contrib.rnn.block_cells import GRUBlockCellV2 as GRUBlockCellV2
from smtf_core.runtime.tf1.contrib.rnn.block_cells import LSTMBlockCell as LSTMBlockCell
from smtf_core.runtime.tf1.contrib.rnn.fused import FusedRNNCell as FusedRNNCell
from smtf_core.runtime.tf1.contrib.rnn.fused import FusedRNNCellAdaptor as FusedRNNCellAdaptor
from smtf_core.runtime.tf1.contrib.rnn.fused import LSTMBlockFusedCell as LSTMBlockFusedCell
from smtf_core.runtime.tf1.contrib.rnn.fused import TimeReversedFusedRNN as TimeReversedFusedRNN
from smtf_core.runtime.tf1.contrib.rnn.gated_cells import IndRNNCell as IndRNNCell
from smtf_core.runtime.tf1.contrib.rnn.gated_cells import IndyGRUCell as IndyGRUCell
from smtf_core.runtime.tf1.contrib.rnn.gated_cells import IntersectionRNNCell as IntersectionRNNCell
from smtf_core.runtime.tf1.contrib.rnn.gated_cells import SRUCell as SRUCell
from smtf_core.runtime.tf1.contrib.rnn.gated_cells import UGRNNCell as UGRNNCell
from smtf_core.runtime.tf1.contrib.rnn.loops import stack_bidirectional_dynamic_rnn as stack_bidirectional_dynamic_rnn
from smtf_core.runtime.tf1.contrib.rnn.loops import stack_bidirectional_rnn as stack_bidirectional_rnn
from smtf_core.runtime.tf1.contrib.rnn.loops import transpose_batch_time as transpose_batch_time
from smtf_core.runtime.tf1.contrib.rnn.lstm_cells import (
    CoupledInputForgetGateLSTMCell as CoupledInputForgetGateLSTMCell,
)
from smtf_core.runtime.tf1.contrib.rnn.lstm_cells import GLSTMCell as GLSTMCell
from smtf_core.runtime.tf1.contrib.rnn.lstm_cells import IndyLSTMCell as IndyLSTMCell
from smtf_core.runtime.tf1.contrib.rnn.lstm_cells import LayerNormBasicLSTMCell as LayerNormBasicLSTMCell
from smtf_core.runtime.tf1.contrib.rnn.research_cells import Conv1DLSTMCell as Conv1DLSTMCell
from smtf_core.runtime.tf1.contrib.rnn.research_cells import Conv2DLSTMCell as Conv2DLSTMCell
from smtf_core.runtime.tf1.contrib.rnn.research_cells import Conv3DLSTMCell as Conv3DLSTMCell
from smtf_core.runtime.tf1.contrib.rnn.research_cells import ConvLSTMCell as ConvLSTMCell
from smtf_core.runtime.tf1.contrib.rnn.research_cells import NASCell as NASCell
from smtf_core.runtime.tf1.contrib.rnn.research_cells import PhasedLSTMCell as PhasedLSTMCell
from smtf_core.runtime.tf1.contrib.rnn.wrappers import AttentionCellWrapper as AttentionCellWrapper
from smtf_core.runtime.tf1.contrib.rnn.wrappers import CompiledWrapper as CompiledWrapper
from smtf_core.runtime.tf1.contrib.rnn.wrappers import EmbeddingWrapper as EmbeddingWrapper
from smtf_core.runtime.tf1.contrib.rnn.wrappers import HighwayWrapper as HighwayWrapper
from smtf_core.runtime.tf1.contrib.rnn.wrappers import InputProjectionWrapper as InputProjectionWrapper
from smtf_core.runtime.tf1.contrib.rnn.wrappers import OutputProjectionWrapper as OutputProjectionWrapper

BasicLSTMCell = rnn_cell.BasicLSTMCell
BasicRNNCell = rnn_cell.BasicRNNCell
DeviceWrapper = rnn_cell.DeviceWrapper
DropoutWrapper = rnn_cell.DropoutWrapper
GRUCell = rnn_cell.GRUCell
LSTMCell = rnn_cell.LSTMCell
LSTMStateTuple = rnn_cell.LSTMStateTuple
MultiRNNCell = rnn_cell.MultiRNNCell
ResidualWrapper = rnn_cell.ResidualWrapper
RNNCell = rnn_cell.RNNCell

static_rnn = tf.nn.static_rnn
static_bidirectional_rnn = tf.nn.static_bidirectional_rnn
static_state_saving_rnn = tf.nn.static_state_saving_rnn

best_effort_input_batch_size = _rnn._best_effort_input_batch_size
# Scripts of the time took it from rnn.python.ops.core_rnn_cell or from tensorflow.python.ops.rnn_cell_impl.
_linear = _cell.linear
