"""``tf.contrib.linalg``: linear operators; most are in ``tf.linalg``.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.linalg``.
"""

from __future__ import annotations

from smtf_core.runtime.tf1.base import tf

LinearOperator = tf.linalg.LinearOperator
LinearOperatorBlockDiag = tf.linalg.LinearOperatorBlockDiag
LinearOperatorCirculant = tf.linalg.LinearOperatorCirculant
LinearOperatorCirculant2D = tf.linalg.LinearOperatorCirculant2D
LinearOperatorCirculant3D = tf.linalg.LinearOperatorCirculant3D
LinearOperatorComposition = tf.linalg.LinearOperatorComposition
LinearOperatorDiag = tf.linalg.LinearOperatorDiag
LinearOperatorFullMatrix = tf.linalg.LinearOperatorFullMatrix
LinearOperatorIdentity = tf.linalg.LinearOperatorIdentity
LinearOperatorKronecker = tf.linalg.LinearOperatorKronecker
LinearOperatorLowRankUpdate = tf.linalg.LinearOperatorLowRankUpdate
LinearOperatorLowerTriangular = tf.linalg.LinearOperatorLowerTriangular
LinearOperatorScaledIdentity = tf.linalg.LinearOperatorScaledIdentity
LinearOperatorZeros = tf.linalg.LinearOperatorZeros
