"""``tf.contrib.training``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.training``."""

from tensorflow.python.training.checkpoint_utils import wait_for_new_checkpoint as wait_for_new_checkpoint

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.training.bucket_ops import bucket as bucket
from smtf_core.runtime.tf1.contrib.training.bucket_ops import bucket_by_sequence_length as bucket_by_sequence_length
from smtf_core.runtime.tf1.contrib.training.device_setter import (
    GreedyLoadBalancingStrategy as GreedyLoadBalancingStrategy,
)
from smtf_core.runtime.tf1.contrib.training.device_setter import RandomStrategy as RandomStrategy
from smtf_core.runtime.tf1.contrib.training.device_setter import byte_size_load_fn as byte_size_load_fn
from smtf_core.runtime.tf1.contrib.training.evaluation import StopAfterNEvalsHook as StopAfterNEvalsHook
from smtf_core.runtime.tf1.contrib.training.evaluation import SummaryAtEndHook as SummaryAtEndHook
from smtf_core.runtime.tf1.contrib.training.evaluation import evaluate_once as evaluate_once
from smtf_core.runtime.tf1.contrib.training.evaluation import evaluate_repeatedly as evaluate_repeatedly
from smtf_core.runtime.tf1.contrib.training.evaluation import get_or_create_eval_step as get_or_create_eval_step
from smtf_core.runtime.tf1.contrib.training.hparam import HParams as HParams
from smtf_core.runtime.tf1.contrib.training.hparam import parse_values as parse_values
from smtf_core.runtime.tf1.contrib.training.sampling import rejection_sample as rejection_sample
from smtf_core.runtime.tf1.contrib.training.sampling import resample_at_rate as resample_at_rate
from smtf_core.runtime.tf1.contrib.training.sampling import stratified_sample as stratified_sample
from smtf_core.runtime.tf1.contrib.training.sampling import weighted_resample as weighted_resample
from smtf_core.runtime.tf1.contrib.training.train_ops import add_gradients_summaries as add_gradients_summaries
from smtf_core.runtime.tf1.contrib.training.train_ops import clip_gradient_norms as clip_gradient_norms
from smtf_core.runtime.tf1.contrib.training.train_ops import clip_gradient_norms_fn as clip_gradient_norms_fn
from smtf_core.runtime.tf1.contrib.training.train_ops import create_train_op as create_train_op
from smtf_core.runtime.tf1.contrib.training.train_ops import multiply_gradients as multiply_gradients
from smtf_core.runtime.tf1.contrib.training.train_ops import train as train

checkpoints_iterator = tf.train.checkpoints_iterator
