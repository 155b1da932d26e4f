"""``tf.contrib.cluster_resolver``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.cluster_resolver``."""

from smtf_core.runtime.tf1.base import tf

ClusterResolver = tf.distribute.cluster_resolver.ClusterResolver
GceClusterResolver = tf.distribute.cluster_resolver.GCEClusterResolver
SimpleClusterResolver = tf.distribute.cluster_resolver.SimpleClusterResolver
TPUClusterResolver = tf.distribute.cluster_resolver.TPUClusterResolver
UnionClusterResolver = tf.distribute.cluster_resolver.UnionResolver
