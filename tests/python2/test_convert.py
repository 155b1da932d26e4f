"""Python 2 text to Python 3 text: what it does when run, and which lines its tracebacks name."""

import io
import pickle
import textwrap
import traceback
from pathlib import Path

import numpy as np
import pytest

from smtf_core.python2.convert import convert
from smtf_core.python2.library import csv as old_csv
from smtf_core.python2.library import pickle as old_pickle
from smtf_core.python2.library.division import divide, divide_in_place
from smtf_core.python2.library.stringio import StringIO


def run(text, filename="script.py"):
    names = {}
    exec(convert(textwrap.dedent(text), filename).compile(filename), names)
    return names


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -4),
        ("7 / 2.0", 3.5),
        ("7. / 2", 3.5),
        ("float(7) / 2", 3.5),
        ("a / b", 3),
        ("a / b * 2", 6),
        ("2 * a / b", 7),
        ("a * 2 / b / 2", 3),
        ("a % 4 / 2", 1),
        ("(a + 1) / b / c", 8 / 2 / 0.5),
        ("a / -b", -4),
        ("len('abc') / 2", 1),
        ("1 / 2 + 1 / 2", 0),
        ("xs[0] / xs[1]", 0),
        ("str(a / b)", "3"),
        ("0777 + 10L + 0xFFL", 511 + 10 + 255),
        ("`a`", "7"),
        ("a <> b", True),
        ("map(lambda x: x + 1, xs)", [2, 3]),
        ("filter(None, [0, 1])", [1]),
        ("zip(xs, xs)", [(1, 1), (2, 2)]),
        ("range(3) + range(2)", [0, 1, 2, 0, 1]),
        ("list(xrange(a / b))", [0, 1, 2]),
        ("reduce(lambda x, y: x * y, [1, 2, 3])", 6),
        ("{'k': 1}.has_key('k')", True),
        ("sorted({'k': 1}.iteritems())", [("k", 1)]),
        ("{'k': 1}.keys()[0]", "k"),
        ("isinstance(u'x', basestring) and isinstance(1, (int, long))", True),
        ("'x'.decode('utf-8').upper()", "X"),
        ("b'x'.decode()", "x"),
        ("cmp(a, b)", 1),
        ("unicode(1) + ur'\\d'", "1\\d"),
        ("round(2.5)", 3.0),
        ("round(-a) / b", -3.5),
        ("round(2.345, 2)", 2.35),
        ("math.floor(a) / b", 3.5),
        ("map(None, xs, [3])", [(1, 3), (2, None)]),
        ("filter(lambda x: x != 'b', 'abc')", "ac"),
        ("zip(xs, xs)[0]", (1, 1)),
        ("sorted(xs, cmp=lambda x, y: y - x)", [2, 1]),
        ("sorted(xs, lambda x, y: y - x, lambda x: -x)", [1, 2]),
        ("itertools.izip(xs, xs).next()", (1, 1)),
        ("ord(struct.pack('<B2s', 7, 'ab')[0])", 7),
        ("struct.unpack('<H', '\\x01\\x02')", (0x201,)),
        ("hashlib.md5('abc').hexdigest()[:4]", "9001"),
        ("base64.b64encode('abc') + 'x'.encode('hex')", "YWJj78"),
        ("'6162'.decode('hex')", b"ab"),
        ("'gr\\xc3\\xbc'.decode('utf-8')", "gr\u00fc"),
        ("'gr\u00fc'.decode('utf-8')", "gr\u00fc"),
        ("'gr\u00fc'.decode('ascii', 'ignore')", "gr"),
        ("unicode('x', 'utf-8').upper()", "X"),
        ("'hello'.translate(None, 'l').upper()", "HEO"),
        ("'hello'.translate(string.maketrans('e', 'a'), 'l')", "hao"),
        ("subprocess.check_output(['echo', 'a b']).split()", ["a", "b"]),
    ],
)
def test_expressions_mean_what_they_meant(expression, value):
    modules = "import base64, hashlib, itertools, math, string, struct, subprocess\n"
    got = run(f"{modules}a, b, c, xs = 7, 2, 0.5, [1, 2]\nvalue = {expression}\n")["value"]
    assert got == value
    assert type(got) is type(value)


def test_statements_and_the_library():
    names = run(
        """\
        import sys, os
        import cPickle, StringIO, csv
        import cPickle as pkl
        import urllib2, urlparse, ConfigParser, Queue, string
        from itertools import izip, imap
        from cStringIO import StringIO as S
        out = StringIO.StringIO()
        print >>out, "a", 1,
        print >>out, "%d" % 2
        def f(a, (b, c)):
            return a + b + c
        total = f(1, (2, 3))
        try:
            raise ValueError, "boo"
        except ValueError, error:
            caught = str(error)
        exec "made = 5" in globals()
        text = out.getvalue()
        x = 7
        x /= 2
        class Steps(object):
            def __init__(self): self.n = 0
            def next(self):
                self.n += 1
                return self.n
            def __nonzero__(self): return False
        steps = Steps()
        first = steps.next()
        rows = list(csv.reader(S("a,b\\n1,2\\n")))
        joined = urlparse.urljoin("http://a/b", "c")
        letters = string.letters
        words = string.join(map(string.strip, ["a ", " b"])) + string.upper("c")
        opened = [line for line in file(os.devnull)]
        biggest = sys.maxint
        pairs = list(izip([1], [2]))
        back = pkl.loads(cPickle.dumps({"k": [1]}))
        """
    )
    assert names["text"] == "a 1 2\n"
    assert names["total"] == 6
    assert names["caught"] == "boo"
    assert names["made"] == 5
    assert names["x"] == 3
    assert names["first"] == 1
    assert not names["steps"]
    assert names["rows"] == [["a", "b"], ["1", "2"]]
    assert names["joined"] == "http://a/c"
    assert names["letters"].startswith("abc")
    assert names["words"] == "a bC"
    assert names["opened"] == []
    assert names["biggest"] > 2**62
    assert names["pairs"] == [(1, 2)]
    assert names["back"] == {"k": [1]}


def test_classes_compared_by_cmp():
    names = run(
        """\
        class Version(object):
            def __init__(self, number): self.number = number
            def __cmp__(self, other):
                return cmp(self.number, other.number)
            def next(self): return 1
        ordered = sorted([Version(3), Version(1)])[0].number
        same, different = Version(1) == Version(1), Version(1) != Version(2)
        kept = len({Version(1), Version(1)})
        """
    )
    assert (names["ordered"], names["same"], names["different"], names["kept"]) == (1, True, True, 2)


def test_exceptions_have_their_message():
    names = run(
        """\
        class Own(Exception):
            message = "own"
        said = []
        for error in ValueError("one"), ValueError(1, 2), Own("x"):
            try:
                raise error
            except (ValueError, Own), e:
                said.append(e.message.upper() if e.message else e.message)
        """
    )
    assert names["said"] == ["ONE", "", "OWN"]


def test_special_methods_and_lists_sorted_by_comparison():
    names = run(
        """\
        class Share(object):
            def __init__(self, n): self.n = n
            def __div__(self, k): return Share(self.n / k)
            def __rdiv__(self, k): return k / self.n
            def __eq__(self, other): return self.n == other.n
        halves = (Share(7) / 2).n, 9 / Share(2)
        known = {Share(1): 1}
        items = [2, 3, 1]
        items.sort(lambda x, y: cmp(y, x))
        pairs = [(1, 2), (2, 1)]
        pairs.sort(cmp=lambda x, y: x - y, key=lambda pair: pair[1], reverse=True)
        """
    )
    assert names["halves"] == (3, 4)
    assert len(names["known"]) == 1
    assert names["items"] == [3, 2, 1]
    assert names["pairs"] == [(1, 2), (2, 1)]


def test_the_default_encoding_is_set_without_replacing_the_streams(capsys):
    run(
        "import sys\nreload(sys)\nsys.setdefaultencoding('utf-8')\nreload(sys).setdefaultencoding('utf-8')\nprint 'seen'\n"
    )
    assert capsys.readouterr().out == "seen\n"


def test_files_take_text_and_bytes(tmp_path):
    names = run(
        f"""\
        import os
        os.chdir({str(tmp_path)!r})
        out = open("a.txt", "w")
        out.write(u"gr\u00fc".encode("utf-8")); out.writelines(["n", "\\n"]); out.close()
        with open("a.bin", "wb") as out:
            out.write("x"); out.write(chr(10)); print >>out, "y"
        with open("l.txt", "wb") as out: out.write(b"\\xe4\\n")
        lines = open("a.txt", "rU").readlines()
        data = file("a.bin", "rb").read()
        latin = open("l.txt").read().strip().decode("latin-1")
        both = open("a.bin", "r+b"); both.seek(2); both.write("z"); both.close()
        after = open("a.bin").read()
        """
    )
    assert names["lines"] == ["gr\u00fcn\n"]
    assert (names["data"], names["after"]) == (b"x\ny\n", "x\nz\n")
    assert names["latin"] == "\u00e4"


def test_new_division_is_left_alone_where_the_source_asks_for_it():
    assert run('"""Doc."""\nfrom __future__ import division\nx = 1 / 2\nprint "x"\n')["x"] == 0.5
    # A licence or a coding line above, and a function that is brought back below.
    assert run("# -*- coding: utf-8 -*-\n# Licence.\nfrom __future__ import division\nx = map(len, ['a'])\nprint 1\n")[
        "x"
    ] == [1]


def test_tabs_count_as_eight_and_stay_in_strings():
    names = run(
        'def f(x):\n\tif x:\n\t        y = 1\n        else:\n\t    y = 2\n\treturn y, """\n\tkept"""\nprint f\n'
    )
    assert names["f"](True) == (1, "\n\tkept")
    assert names["f"](False) == (2, "\n\tkept")


def test_tracebacks_name_the_line_of_the_source(tmp_path):
    lines = [
        '"""Doc."""',
        "import os",
        "def f(a, (b, c)):",
        "    x = a / b",
        "    y = reduce(lambda p, q: p + q, [a, b])",
        "    print x,",
        "    return undefined",
        "f(1, (2, 3))",
    ]
    path = tmp_path / "script.py"
    path.write_text("\n".join(lines))
    with pytest.raises(NameError) as caught:
        run(path.read_text(), str(path))
    frames = [frame for frame in traceback.extract_tb(caught.value.__traceback__) if frame.filename == str(path)]
    assert [(frame.lineno, frame.line) for frame in frames] == [(8, "f(1, (2, 3))"), (7, "return undefined")]
    assert "^" not in "".join(traceback.format_list(frames))  # columns would be those of the converted line


def test_every_line_has_its_origin():
    source = "import os\n" + "".join(f"print {n}\nx{n} = y / {n or 1}\n" for n in range(40))
    converted = convert(source, "script.py")
    lines = converted.text.splitlines()
    assert len(converted.lines) == len(lines) == len(source.splitlines()) + 1  # one import was put in
    for number in range(40):
        assert converted.lines[lines.index(f"print({number})")] == 2 + 2 * number


def test_relative_imports_inside_a_package_become_explicit(tmp_path):
    (tmp_path / "__init__.py").touch()
    (tmp_path / "helper.py").touch()
    assert convert("import helper\nimport os\n", str(tmp_path / "a.py")).text == "from . import helper\nimport os\n"
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "__init__.py").touch()
    for line, text in {
        "import Queue, helper, os": "import queue, os; from . import helper",
        "import sub.part": "from . import sub; from .sub import part as _sub_part",
        "import sub.part as p, helper as h": "from .sub import part as p; from . import helper as h",
        "from sub.part import x": "from .sub.part import x",
        "from os import path": "from os import path",
    }.items():
        assert convert(f"{line}\n", str(tmp_path / "a.py")).text == f"{text}\n"
    (tmp_path / "__init__.py").unlink()
    assert convert("import helper\nprint 1\n", str(tmp_path / "a.py")).text.startswith("import helper\n")


def test_neither_python_is_an_error_with_its_line():
    with pytest.raises(SyntaxError, match="neither"):
        convert("x = = 1\n", "script.py")
    with pytest.raises(SyntaxError) as caught:
        convert("print 1\nimport os\nf() = 3\n", "script.py").compile("script.py")
    assert caught.value.lineno == 3


@pytest.mark.parametrize(
    ("dividend", "divisor", "value"),
    [
        (np.array([7, -7]), 2, [3, -4]),
        (np.array([7.0]), 2, [3.5]),
        (np.int64(7), 2, 3),
        (np.float32(7), 2, 3.5),
        (np.array([7], np.uint8), np.array([2], np.uint8), [3]),
        (True, 2, 0),
        (7, 2.0, 3.5),
    ],
)
def test_division_of_arrays(dividend, divisor, value):
    assert np.array_equal(divide(dividend, divisor), value)


def test_division_in_place_changes_the_array():
    whole, real = np.array([7, 9]), np.array([1.0, 3.0])
    assert divide_in_place(whole, 2) is whole
    assert whole.tolist() == [3, 4]
    assert divide_in_place(real, 2) is real
    assert real.tolist() == [0.5, 1.5]


def test_pickles_of_python_2_in_the_cifar_way(tmp_path: Path):
    # pickle.dumps({"data": "\xff\x00", "labels": [6]}, 2) of Python 2.7.18, whose strings are bytes
    written = b"\x80\x02}q\x01(U\x04dataq\x02U\x02\xff\x00q\x03U\x06labelsq\x04]q\x05K\x06au."
    path = tmp_path / "data_batch_1"
    path.write_bytes(written)
    with path.open("rb") as file:
        assert old_pickle.load(file) == {"data": "\xff\x00", "labels": [6]}
    with path.open("rb") as file:
        assert old_pickle.Unpickler(file).load()["labels"] == [6]
    assert old_pickle.loads(written) == old_pickle.loads(written.decode("latin1"))
    with path.open("w") as file:  # without 'b', as Python 2 on Linux allowed
        old_pickle.dump({"a": 1}, file)
    with path.open() as file:
        assert old_pickle.load(file) == {"a": 1}
    assert pickle.loads(path.read_bytes()) == {"a": 1}


def test_csv_on_binary_files(tmp_path: Path):
    path = tmp_path / "rows.csv"
    with path.open("wb") as file:
        old_csv.writer(file).writerow(["ä", 1])
        old_csv.DictWriter(file, ["k"]).writerow({"k": 2})
    assert path.read_bytes() == "ä,1\r\n2\r\n".encode()
    with path.open("rb") as file:
        assert list(old_csv.reader(file)) == [["ä", "1"], ["2"]]
    with path.open() as file:
        assert list(old_csv.DictReader(file, ["k"]))[1]["k"] == "2"
    text = io.StringIO()
    old_csv.writer(text).writerow([1])
    assert text.getvalue() == "1\r\n"


def test_stringio_holds_text_or_bytes():
    assert StringIO("a\nb").readlines() == ["a\n", "b"]
    assert StringIO(b"\xff\x00").read(1) == b"\xff"
    empty = StringIO()
    empty.write(b"\x00")
    assert empty.getvalue() == b"\x00"
    text = StringIO()
    text.writelines(["a\n", "b\n"])
    text.seek(0)
    assert list(text) == ["a\n", "b\n"]
    assert text.getvalue() == "a\nb\n"


def test_methods_named_decode_are_left_to_their_objects():
    class Tokenizer:
        def decode(self, ids, skip=False):
            return ids, skip

    text = convert("print 1\ntold = tokenizer.decode([1, 2], skip=True)\n", "x.py").text
    scope = {"tokenizer": Tokenizer()}
    exec(text, scope)
    assert scope["told"] == ([1, 2], True)


def test_a_conversion_leaves_the_streams_of_other_threads_alone(monkeypatch):
    monkeypatch.setattr("fissix.pytree.StringIO", lambda: pytest.fail("sys.stderr is replaced"))
    assert "print" in str(convert("print 'a', map(str, range(3)).sort(), {}.has_key(1)\n", "a.py"))
