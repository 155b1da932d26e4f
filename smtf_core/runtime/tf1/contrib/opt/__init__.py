"""``tf.contrib.opt``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.opt``."""

from smtf_core.runtime.tf1.contrib.opt.adamax import AdaMaxOptimizer as AdaMaxOptimizer
from smtf_core.runtime.tf1.contrib.opt.external_optimizer import (
    ExternalOptimizerInterface as ExternalOptimizerInterface,
)
from smtf_core.runtime.tf1.contrib.opt.external_optimizer import ScipyOptimizerInterface as ScipyOptimizerInterface
from smtf_core.runtime.tf1.contrib.opt.ggt_optimizer import GGTOptimizer as GGTOptimizer
from smtf_core.runtime.tf1.contrib.opt.lars_optimizer import LARSOptimizer as LARSOptimizer
from smtf_core.runtime.tf1.contrib.opt.lazy_adam_optimizer import LazyAdamOptimizer as LazyAdamOptimizer
from smtf_core.runtime.tf1.contrib.opt.moving_average_optimizer import MovingAverageOptimizer as MovingAverageOptimizer
from smtf_core.runtime.tf1.contrib.opt.nadam_optimizer import NadamOptimizer as NadamOptimizer
from smtf_core.runtime.tf1.contrib.opt.reg_adagrad_optimizer import RegAdagradOptimizer as RegAdagradOptimizer
from smtf_core.runtime.tf1.contrib.opt.sign_optimizers import AddSignOptimizer as AddSignOptimizer
from smtf_core.runtime.tf1.contrib.opt.sign_optimizers import PowerSignOptimizer as PowerSignOptimizer
from smtf_core.runtime.tf1.contrib.opt.weight_decay_optimizers import AdamWOptimizer as AdamWOptimizer
from smtf_core.runtime.tf1.contrib.opt.weight_decay_optimizers import (
    DecoupledWeightDecayExtension as DecoupledWeightDecayExtension,
)
from smtf_core.runtime.tf1.contrib.opt.weight_decay_optimizers import MomentumWOptimizer as MomentumWOptimizer
from smtf_core.runtime.tf1.contrib.opt.weight_decay_optimizers import (
    extend_with_decoupled_weight_decay as extend_with_decoupled_weight_decay,
)
from smtf_core.runtime.tf1.contrib.opt.wrapping_optimizers import (
    DropStaleGradientOptimizer as DropStaleGradientOptimizer,
)
from smtf_core.runtime.tf1.contrib.opt.wrapping_optimizers import MultitaskOptimizerWrapper as MultitaskOptimizerWrapper
from smtf_core.runtime.tf1.contrib.opt.wrapping_optimizers import VariableClippingOptimizer as VariableClippingOptimizer
from smtf_core.runtime.tf1.contrib.opt.wrapping_optimizers import (
    clip_gradients_by_global_norm as clip_gradients_by_global_norm,
)
