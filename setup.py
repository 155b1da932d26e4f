"""What pyproject.toml cannot say yet: the filesystem plugin of Pipe mode, in plain C.

It is no module of Python's and needs neither Python's nor TensorFlow's headers, so one build serves every Python. Where
it cannot be compiled the installation goes on without it, and pipes are read in Python.
"""

from glob import glob

from setuptools import Extension, setup

NATIVE = "smtf_core/runtime/channels/pipe/native"

setup(
    ext_modules=[
        Extension(
            "smtf_core.runtime.channels.pipe._native",
            sources=sorted(glob(f"{NATIVE}/*.c")),
            depends=sorted(glob(f"{NATIVE}/*.h")),
            extra_compile_args=["-std=gnu11", "-O2", "-fvisibility=hidden", "-pthread"],
            libraries=["dl", "pthread"],
            py_limited_api=True,
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
