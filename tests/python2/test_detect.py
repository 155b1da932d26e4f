"""Which sources are taken for Python 2."""

import textwrap

import pytest

from smtf_core.python2.detect import decode, python_2_sign


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [
        ("x = 1\nprint 'a'\n", 2, "syntax"),
        ("try:\n    pass\nexcept ValueError, e:\n    pass\n", 3, "syntax"),
        ("x = 0777\n", 1, "syntax"),
        ("if 1:\n\tx = 1\n        y = 2\n", 3, "syntax"),
        ("for i in xrange(3): pass\n", 1, "the built-in xrange"),
        ("x = isinstance('', basestring)\n", 1, "the built-in basestring"),
        ("import os\nimport cPickle\n", 2, "the module cPickle"),
        ("from StringIO import StringIO\n", 1, "the module StringIO"),
        ("from itertools import izip\n", 1, "itertools.izip"),
        ("import urllib\nurllib.urlretrieve('a')\n", 2, "urllib.urlretrieve"),
        ("for k, v in {}.iteritems(): pass\n", 1, "the method iteritems"),
        ("{}.has_key(1)\n", 1, "the method has_key"),
        ("import csv\nrows = csv.reader([])\nhead = rows.next()\n", 3, "the method next"),
        ("import os\nprint(os.walk('.').next())\n", 2, "the method next"),
        ("def batches():\n    yield 1\n\nb = batches()\nx = b.next()\n", 5, "the method next"),
        ("with open('x') as f:\n    f.next()\n", 2, "the method next"),
        ("first = {'a': 1}.keys()[0]\n", 1, "keys() that returns a list"),
        ("x = map(int, '12')[0]\n", 1, "map that returns a list"),
        ("x = sorted([1], cmp=lambda a, b: b - a)\n", 1, "the argument cmp"),
        ("class A:\n    __metaclass__ = type\n", 2, "__metaclass__"),
        ("class A:\n    def __nonzero__(self): return True\n", 2, "the method __nonzero__"),
    ],
)
def test_python_2(source, line, what):
    sign = python_2_sign(source)
    assert sign is not None
    assert sign.line == line
    assert sign.what.startswith(what)


@pytest.mark.parametrize(
    "source",
    [
        "print('a')\n",
        "import os\nx = 7 / 2\n",
        "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\n",
        "try:\n    xrange\nexcept NameError:\n    xrange = range\nfor i in xrange(3): pass\n",
        "from six.moves import xrange, reduce\nxrange(3)\nreduce(max, [1])\n",
        "import sys\nif sys.version_info[0] == 2:\n    import urllib2\nelse:\n    import urllib.request\n",
        "import six\nfor k, v in six.iteritems({}): pass\n",
        "import six.moves.urllib_request as urllib\nurllib.urlretrieve('x')\n",
        "import six\nif six.PY2:\n    unicode('x')\n",
        "def f(long): return long\n",
        "class A:\n    def __bool__(self): return True\n    __nonzero__ = __bool__\n",
        "class A:\n    def __div__(self, o): return self\n    __truediv__ = __div__\n",
        "import pandas as pd\nfor k, v in pd.DataFrame().iteritems(): pass\n",
        "import pandas as pd\nfirst = pd.DataFrame().keys()[0]\n",
        # Keras's iterators have the method in Python 3, too.
        "def images(generator):\n    return generator.flow('x').next()\n",
        "def f():\n    def g():\n        yield 1\n    return g\nx = f()\nx.next()\n",
        "x = iter([])\nx = Own()\nx.next()\n",
        "x = f'{1}'\nimport cPickle\n",
        "import urllib.request\nurllib.request.urlopen('x')\n",
    ],
)
def test_not_python_2(source):
    assert python_2_sign(source) is None


@pytest.mark.parametrize("source", ["x = = 1\n", "f() = 3\n", "def f(:\n    pass\n", "print 1\nx = = 2\n", "'abc\n"])
def test_errors_of_both_pythons_are_python_3s_own(source):
    with pytest.raises(SyntaxError) as caught:
        python_2_sign(textwrap.dedent(source))
    with pytest.raises(SyntaxError) as own:
        compile(source, "x", "exec")
    assert (caught.value.msg, caught.value.lineno) == (own.value.msg, own.value.lineno)


def test_decoding():
    assert decode(b"# -*- coding: latin-1 -*-\nx = '\xe9'\n").endswith("'é'\n")
    assert decode("x = 'é'\n".encode()) == "x = 'é'\n"
    assert decode(b"# \xe9\nprint 1\n").startswith("# é")
