"""``tf.contrib``, as far as scripts of the mode use it: one module a package, written from the public documentation."""
