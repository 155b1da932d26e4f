"""``tf.contrib.legacy_seq2seq``: sequences as lists of tensors, one for each step.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.legacy_seq2seq``; names of variables: its checkpoints.
"""

from smtf_core.runtime.tf1.contrib.legacy_seq2seq.attention import attention_decoder as attention_decoder
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.attention import (
    embedding_attention_decoder as embedding_attention_decoder,
)
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.attention import (
    embedding_attention_seq2seq as embedding_attention_seq2seq,
)
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.decoding import basic_rnn_seq2seq as basic_rnn_seq2seq
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.decoding import rnn_decoder as rnn_decoder
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.decoding import tied_rnn_seq2seq as tied_rnn_seq2seq
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.embedding import embedding_rnn_decoder as embedding_rnn_decoder
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.embedding import embedding_rnn_seq2seq as embedding_rnn_seq2seq
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.embedding import (
    embedding_tied_rnn_seq2seq as embedding_tied_rnn_seq2seq,
)
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.losses import model_with_buckets as model_with_buckets
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.losses import sequence_loss as sequence_loss
from smtf_core.runtime.tf1.contrib.legacy_seq2seq.losses import sequence_loss_by_example as sequence_loss_by_example
