"""Reading a channel in Pipe mode: ``PipeModeDataset``, its filesystem plugin in C, and the same in Python.

``docs/pipe-mode.md`` tells what it does, ``docs/adr/0010-pipes-as-files-of-tensorflow.md`` why it does it that way.
"""
