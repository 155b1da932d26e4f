"""``tf.contrib.cudnn_rnn``: cuDNN's recurrent layers, and cells that read what they saved.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.cudnn_rnn``.
"""

from smtf_core.runtime.tf1.contrib.cudnn_rnn.cells import CudnnCompatibleGRUCell as CudnnCompatibleGRUCell
from smtf_core.runtime.tf1.contrib.cudnn_rnn.cells import CudnnCompatibleLSTMCell as CudnnCompatibleLSTMCell
from smtf_core.runtime.tf1.contrib.cudnn_rnn.layers import CudnnGRU as CudnnGRU
from smtf_core.runtime.tf1.contrib.cudnn_rnn.layers import CudnnLSTM as CudnnLSTM
from smtf_core.runtime.tf1.contrib.cudnn_rnn.layers import CudnnRNNRelu as CudnnRNNRelu
from smtf_core.runtime.tf1.contrib.cudnn_rnn.layers import CudnnRNNTanh as CudnnRNNTanh
