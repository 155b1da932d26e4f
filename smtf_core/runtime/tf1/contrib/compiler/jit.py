"""``tf.contrib.compiler.jit``: compiling parts of a graph.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.compiler.jit``.
"""

from tensorflow.python.compiler.xla.jit import experimental_jit_scope as experimental_jit_scope
