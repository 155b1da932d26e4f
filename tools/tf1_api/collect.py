"""Print the public API of the TensorFlow 1 that runs this: dotted name -> argument names, as JSON.

Modules that are there twice are ``["=tf.shorter.name"]`` the second time.
Runs under Python 3.6 with TensorFlow 1.4 to 1.11 installed: python collect.py > 1.11.json
"""

import __future__

import inspect
import json
import os
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")

import tensorflow as tf  # noqa: E402
from tensorflow.python.util import tf_decorator  # noqa: E402

# Packages that were never meant for scripts, or are not to be had for CPUs.
_SKIPPED = {"python", "core", "compiler", "tools", "include", "libsvm", "fused_conv", "tensorrt"}


def arguments(value):
    """Names of a callable's arguments, with '*' and '**' before those that take many; None if it does not tell."""
    try:
        _, genuine = tf_decorator.unwrap(value)
        spec = inspect.getfullargspec(genuine.__init__ if inspect.isclass(genuine) else genuine)
    except (TypeError, ValueError):
        return None
    names = list(spec.args) + list(spec.kwonlyargs)
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    return names + (["*"] if spec.varargs else []) + (["**"] if spec.varkw else [])


def walk(root):
    """All names below a module, breadth first: what is there under several names is told under the shortest."""
    found, known, queue = {}, {id(root): "tf"}, [(root, "tf")]
    while queue:
        module, dotted = queue.pop(0)
        for name in sorted(dir(module)):
            if name.startswith("_"):
                continue
            try:
                value = getattr(module, name)
            except Exception as error:  # noqa: BLE001 - a lazy package that does not load here
                print(dotted, name, repr(error)[:80], file=sys.stderr)
                continue
            path = dotted + "." + name
            if inspect.ismodule(value):
                if value.__name__.startswith("tensorflow") and name not in _SKIPPED:
                    if id(value) in known:
                        found[path] = ["=" + known[id(value)]]
                    else:
                        found[path] = None
                        known[id(value)] = path
                        queue.append((value, path))
            elif not isinstance(value, __future__._Feature):
                found[path] = arguments(value) if callable(value) else None
                if inspect.isclass(value) and (
                    not path.startswith("tf.contrib.") or path.startswith("tf.contrib.data.")
                ):
                    for method in sorted(set(dir(value)) - set(dir(object))):
                        if not method.startswith("_"):
                            member = getattr(value, method, None)
                            found[path + "." + method] = arguments(member) if callable(member) else None
    return found


if __name__ == "__main__":
    tf.contrib.layers  # noqa: B018 - contrib is loaded at its first use
    json.dump(walk(tf), sys.stdout, indent=0, sort_keys=True)
