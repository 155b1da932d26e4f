"""``tf.contrib.distributions``: those that ``tf.distributions`` has, and those of vectors that autoencoders use.

For the others there is TensorFlow Probability.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.distributions``.
"""

from __future__ import annotations

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.distributions.independent import Independent as Independent
from smtf_core.runtime.tf1.contrib.distributions.normal_vectors import MultivariateNormalDiag as MultivariateNormalDiag
from smtf_core.runtime.tf1.contrib.distributions.normal_vectors import (
    MultivariateNormalDiagWithSoftplusScale as MultivariateNormalDiagWithSoftplusScale,
)

Bernoulli = tf.distributions.Bernoulli
Beta = tf.distributions.Beta
Categorical = tf.distributions.Categorical
Dirichlet = tf.distributions.Dirichlet
DirichletMultinomial = tf.distributions.DirichletMultinomial
Distribution = tf.distributions.Distribution
Exponential = tf.distributions.Exponential
FULLY_REPARAMETERIZED = tf.distributions.FULLY_REPARAMETERIZED
Gamma = tf.distributions.Gamma
Laplace = tf.distributions.Laplace
Multinomial = tf.distributions.Multinomial
NOT_REPARAMETERIZED = tf.distributions.NOT_REPARAMETERIZED
Normal = tf.distributions.Normal
RegisterKL = tf.distributions.RegisterKL
ReparameterizationType = tf.distributions.ReparameterizationType
StudentT = tf.distributions.StudentT
Uniform = tf.distributions.Uniform
kl_divergence = tf.distributions.kl_divergence
