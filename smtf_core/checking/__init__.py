"""Reading a script without running it: what it is, what it uses, what will not work. No TensorFlow is imported.

``source`` reads files, ``names`` finds what they use, and each of ``contract``, ``tensorflow``, ``packages`` and
``differences`` asks one question; ``report`` puts the answers together.
"""
