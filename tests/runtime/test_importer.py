"""The code folder as a private package; views; nothing of the process changes."""

import importlib
import pickle
import sys
from types import ModuleType

import pytest

from smtf_core.runtime.script.importer import ScriptImporter
from smtf_core.runtime.script.views import ModuleView, Views, target_attribute


class Names:
    """A view of json in which `extra` is 42 and submodule `decoder` is seen through a view too."""

    def lookup(self, view, name):
        if f"{view.__name__}.{name}" in ("fake.extra", "fake.decoder.inner"):
            return 42
        try:
            return target_attribute(view.target, name)
        except AttributeError:
            raise AttributeError(f"{view.__name__}.{name} went away in 2015") from None

    def covers(self, module):
        return module.__name__ == "json.decoder"


def load(tmp_path, entry="main.py", roots=None, py_version=None):
    importer = ScriptImporter(tmp_path, entry, roots or {}, py_version)
    return importer, importer.load()


def fake():
    return {"fake": lambda: ModuleView("fake", importlib.import_module("json"), Names())}


def test_every_form_of_import_reaches_the_view(write, tmp_path):
    write(
        "main.py",
        """
        import fake
        import fake as renamed
        import fake.decoder
        import fake.decoder as decoder
        from fake import extra, dumps
        from fake.decoder import inner, JSONDecoder
        from fake import *
        import importlib

        def late():
            import fake.decoder
            return fake.decoder.inner

        assert fake is renamed is importlib.import_module("fake")
        assert importlib.import_module("fake.decoder") is decoder is fake.decoder
        assert __import__("fake").extra == extra == 42 == inner == late()
        assert dumps([1]) == "[1]" and loads("2") == 2
        """,
    )
    importer, _ = load(tmp_path, roots=fake())
    importer.close()
    assert "fake" not in sys.modules
    assert not hasattr(importlib.import_module("json"), "extra")


@pytest.mark.parametrize(
    "statement", ["from fake import gone", "import fake.gone", "from fake.gone import x", "import fake; fake.gone"]
)
def test_a_missing_name_says_what_the_view_knows(write, tmp_path, statement):
    write("main.py", statement)
    with pytest.raises((ImportError, AttributeError), match=r"fake\.gone went away in 2015"):
        load(tmp_path, roots=fake())


def test_helpers_packages_and_relative_imports(write, tmp_path):
    write("helper.py", "import fake\nvalue = fake.extra\nfrom main import constant\n")
    write("package/__init__.py", "from . import inner\nfrom .inner import deep\n")
    write("package/inner.py", "import fake\ndeep = fake.extra + 1\n")
    write(
        "main.py",
        """
        constant = 'mine'
        import helper, package.inner, os.path
        import package.inner as direct
        from package import deep
        from helper import constant as through
        assert (helper.value, deep, direct.deep, through) == (42, 43, 43, 'mine')
        """,
    )
    before = set(sys.modules)
    importer, module = load(tmp_path, roots=fake())
    importer.close()
    assert "helper" not in sys.modules
    assert set(sys.modules) - before <= {"json.decoder"}
    assert module.constant == "mine"


def test_two_scripts_with_helpers_of_one_name_live_side_by_side(write, tmp_path):
    for name in ("a", "b"):
        write(f"{name}/helper.py", f"value = {name!r}")
        write(
            f"{name}/main.py",
            "import helper\ndef value():\n    import helper as again\n    return helper.value + again.value\n",
        )
    (first, a), (second, b) = load(tmp_path / "a"), load(tmp_path / "b")
    assert (a.value(), b.value()) == ("aa", "bb")
    first.close()
    second.close()


def test_an_entry_point_in_a_sub_folder_sees_its_neighbours_and_the_code_folder(write, tmp_path):
    write("shared.py", "value = 1")
    write("jobs/neighbour.py", "value = 2")
    write("jobs/my-train.v2.py", "import shared, neighbour\ntotal = shared.value + neighbour.value\n")
    importer, module = load(tmp_path, "jobs/my-train.v2.py")
    importer.close()
    assert module.total == 3


def test_folders_that_the_script_puts_on_sys_path_are_its_own(write, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    write("lib/tool.py", "import fake\nvalue = fake.extra\n")
    write(
        "main.py",
        "import os, sys\nsys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))\nimport tool\nvalue = tool.value\n",
    )
    importer, module = load(tmp_path, roots=fake())
    importer.close()
    assert module.value == 42


def test_installed_packages_and_the_standard_library_are_what_they_are(write, tmp_path):
    (tmp_path / "attr").mkdir()  # a mere folder does not hide a package
    write("json.py", "raise RuntimeError('hides the standard library')")
    write(
        "main.py",
        "import attr, json, collections.abc, xml.dom as dom\nattr.s, json.dumps, dom.Node, collections.abc.Mapping\n",
    )
    importer, module = load(tmp_path)
    importer.close()
    assert module.attr is importlib.import_module("attr")


def test_dataclasses_and_pickle_work_in_a_script(write, tmp_path):
    write(
        "main.py",
        """
        from __future__ import annotations
        import dataclasses, pickle

        @dataclasses.dataclass
        class Point:
            x: int
            y: dataclasses.InitVar[int] = 0

        assert pickle.loads(pickle.dumps(Point(3))) == Point(3)
        """,
    )
    importer, _ = load(tmp_path)
    importer.close()


def test_what_a_script_pickles_bears_plain_names_and_is_found_again(write, tmp_path):
    write("vocabulary_of_a_test.py", "class Vocabulary:\n    words = ['a']\n")
    write(
        "main.py",
        "import pickle, vocabulary_of_a_test as v\ndata = pickle.dumps(v.Vocabulary())\nname = __name__\nassert pickle.loads(data).words\n",
    )
    importer, module = load(tmp_path)
    assert b"smtf_script" not in module.data
    assert module.name == "main"
    assert pickle.loads(module.data).words == ["a"]
    importer.close()
    assert "vocabulary_of_a_test" not in sys.modules


def test_a_plain_name_that_is_taken_stays_whose_it_is(write, tmp_path, monkeypatch):
    taken = ModuleType("helper_of_a_test")
    monkeypatch.setitem(sys.modules, "helper_of_a_test", taken)
    write("helper_of_a_test.py", "value = 1\n")
    write("main.py", "import helper_of_a_test\nvalue = helper_of_a_test.value\n")
    importer, module = load(tmp_path)
    importer.close()
    assert module.value == 1
    assert sys.modules["helper_of_a_test"] is taken


def test_a_helper_that_was_left_behind_is_told(write, tmp_path):
    real = write("src/main.py", "import helper\n")
    write("src/helper.py", "")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "main.py").symlink_to(real)
    with pytest.raises(
        ModuleNotFoundError, match=rf"No module named 'helper'. It lies beside.*set source_dir .*{real.parent}"
    ):
        load(tmp_path / "code")


def test_tracebacks_name_the_users_own_file(write, tmp_path):
    real = write("elsewhere/main.py", "def fail():\n    raise ValueError\n")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "main.py").symlink_to(real)
    importer, module = load(tmp_path / "code")
    importer.close()
    assert module.fail.__code__.co_filename == str(real)
    assert module.__file__ == str(tmp_path / "code" / "main.py")
    assert not list(real.parent.glob("__pycache__"))


def test_views_leave_other_imports_alone():
    views = Views({"fake": lambda: ModuleType("fake")})
    assert views.import_("json.decoder", fromlist=("JSONDecoder",)) is importlib.import_module("json.decoder")
    assert views.import_("json.decoder") is importlib.import_module("json")


def test_a_package_finds_what_lies_beside_its_files(write, tmp_path):
    """As in Python 2, where nothing else has the name."""
    write("main.py", "import pkg.train\nVALUE = pkg.train.VALUE\n")
    write("pkg/__init__.py", "import helper\n")
    write("pkg/helper.py", "NAME = 'helper'\n")
    write(
        "pkg/train.py",
        "import sub.part\nfrom helper import NAME\nimport helper as h\nVALUE = NAME, h.NAME, sub.part.X\n",
    )
    write("pkg/sub/__init__.py", "")
    write("pkg/sub/part.py", "X = 1\n")
    importer, module = load(tmp_path)
    assert module.VALUE == ("helper", "helper", 1)
    importer.close()


def test_what_libraries_have_dropped(write, tmp_path):
    write(
        "main.py",
        """
        import array, base64, collections, configparser, inspect, threading, time
        import xml.etree.cElementTree as ET
        from collections import Mapping, OrderedDict
        from fractions import gcd
        import numpy as np

        class Own(object):
            def tostring(self):
                return "own"

        root = ET.fromstring("<a><b/><c/></a>")
        values = np.zeros([2, 2], np.uint8)
        values.itemset((0, 1), 7)
        values.itemset(3, 9)
        found = dict(
            mapping=isinstance(OrderedDict(), collections.Mapping) and Mapping is collections.Mapping,
            clock=time.clock() >= 0,
            gcd=gcd(4, 6),
            base64=base64.encodestring(b"x"),
            arguments=inspect.getargspec(lambda a, b=1: 0).args,
            children=[child.tag for child in root.getchildren()],
            bytes=values.tostring(),
            whole=len(values.astype(np.float32).tostring()),
            array=array.array("B", [1]).tostring(),
            alive=threading.current_thread().isAlive(),
            own=Own().tostring(),
            other=ET.tostring(root),
            swapped=np.array([1], "<i2").newbyteorder().tolist(),
            ini=configparser.SafeConfigParser().sections(),
        )
        try:
            object().tostring()
        except AttributeError as error:
            found["error"] = str(error)
        """,
    )
    importer, module = load(tmp_path)
    assert module.found == {
        "mapping": True,
        "clock": True,
        "gcd": 2,
        "base64": b"eA==\n",
        "arguments": ["a", "b"],
        "children": ["b", "c"],
        "bytes": b"\0\7\0\x09",
        "whole": 16,
        "array": b"\1",
        "alive": True,
        "own": "own",
        "other": b"<a><b /><c /></a>",
        "swapped": [256],
        "ini": [],
        "error": "'object' object has no attribute 'tostring'",
    }
    importer.close()


@pytest.mark.parametrize(
    ("entry", "py_version", "halves"),
    [
        ("", None, (3.5, 3.5)),
        ("", "py3", (3.5, 3.5)),
        ("", "py2", (3, 3)),
        ("def f(d): return d.iteritems()", None, (3, 3)),  # the script is Python 2, so its helper is, too
        ("def f(x): return f'{x}'", "py2", (3.5, 3)),  # which Python 2 cannot read
    ],
)
def test_which_python_a_source_is_for_that_both_can_read(write, tmp_path, entry, py_version, halves):
    write("main.py", f"import helper\nhalf = 7 / 2\n{entry}\n")
    write("helper.py", "half = 7 / 2\n")
    importer, module = load(tmp_path, py_version=py_version)
    assert (module.half, module.helper.half) == halves
    importer.close()


def test_a_source_of_python_2_for_python_3_is_an_error(write, tmp_path):
    write("main.py", "print 'a'\n")
    with pytest.raises(SyntaxError):
        load(tmp_path, py_version="py3")
