"""Reads records in one way and says how long that took. Started by ``benchmark.py``, once a Python.

A line of JSON on standard input asks for one pass, a line on standard output answers. Runs under TensorFlow 2.12 and
Python 3.10 as well, where AWS's operator is to be had, so it imports smtf only where it reads with smtf.
"""

import json
import os
import sys
import time

_MANY = 1 << 30


def _bare(ask):
    """Nothing but read(): what the pipe itself takes."""
    import fcntl

    size = 0
    fifo = os.open(ask["fifo"], os.O_RDONLY)
    fcntl.fcntl(fifo, 1031, 1 << 20)  # F_SETPIPE_SZ
    buffer = memoryview(bytearray(1 << 20))
    while True:
        count = os.readv(fifo, [buffer])
        if not count:
            break
        size += count
    os.close(fifo)
    return size


def _ours(ask, **options):
    from smtf_core.runtime.channels import PipeModeDataset

    return PipeModeDataset("train", ask["format"], **ask["folders"], **options)


def _aws(ask):
    from sagemaker_tensorflow import PipeModeDataset

    return PipeModeDataset("train", ask["format"], **ask["folders"])


def _file(ask):
    import tensorflow as tf

    # TensorFlow has no RecordIO: the same records as TFRecord.
    return (tf.data.TextLineDataset if ask["format"] == "TextLine" else tf.data.TFRecordDataset)(ask["file"])


def _parse(examples):
    import tensorflow as tf

    return tf.io.parse_example(examples, {"x": tf.io.FixedLenFeature([], tf.string)})


DESIGNS = {
    "aws": _aws,
    "file": _file,
    "ours": _ours,
    "ours, batched": lambda ask: _ours(ask, batch_size=ask["batch"]),
    "batch(), parse_example": lambda ask: _ours(ask).batch(ask["batch"]).map(_parse),
    "batch_size, parse_example": lambda ask: _ours(ask, batch_size=ask["batch"]).map(_parse),
}


def _pass(ask):
    if ask["design"] == "bare":
        _bare(ask)
        return
    # take() hides what skip() could do without reading; so all records are made, and none reaches Python.
    for _ in DESIGNS[ask["design"]](ask).take(_MANY).skip(_MANY):
        raise AssertionError("nothing is left")


def main():
    """Answer until there are no more questions."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        ask = json.loads(line)
        begin, cpu = time.perf_counter(), time.process_time()
        _pass(ask)
        answer = {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu}
        out.write(json.dumps(answer) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
