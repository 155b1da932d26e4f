"""What `smtf check` tells of scripts, without TensorFlow."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from smtf_core.checking.report import check
from smtf_core.cli import main

GOOD = """\
import numpy as np
import tensorflow as tf

def model_fn(features, labels, mode, params):
    net = tf.contrib.layers.fully_connected(features['x'], 3)
    return tf.estimator.EstimatorSpec(mode, predictions=net)

def train_input_fn(training_dir): pass
def eval_input_fn(training_dir): pass
def serving_input_fn(hyperparameters): pass
"""


@pytest.fixture
def report(write):
    return lambda text, **options: check(write("script.py", text), **options)


def messages(report, level="error"):
    return [(f.line, f.message, f.remedy) for f in report.findings if f.level == level]


def test_a_good_script(report):
    found = report(GOOD)
    assert found.will_run
    assert (found.kind, found.python, found.era) == ("model_fn", 3, "1.4 to 1.11")
    assert found.shims == {"tf.contrib.layers.fully_connected": ["script.py:5"]}
    assert set(found.functions) == {"model_fn", "train_input_fn", "eval_input_fn", "serving_input_fn"}
    assert found.findings == ()


def test_the_usual_ways_of_public_scripts(report):
    text = GOOD.replace("import tensorflow as tf", "import tensorflow.compat.v1 as tf").replace(
        "_fn(training_dir)", "_fn(x)"
    )
    found = report(f"{text}def estimator_fn(config, params): return tf.estimator.Estimator(model_fn)\n")
    assert (found.kind, found.findings) == ("estimator_fn", ())
    assert found.shims == {"tf.contrib.layers.fully_connected": ["script.py:5"]}


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "remedy"),
    [
        ("def train_input_fn(training_dir)", "def train_input(training_dir)", 1, "train_input_fn is missing", ""),
        ("def model_fn(features, labels, mode, params)", "def model_fn(features)", 4, "model_fn is called as", ""),
        ("eval_input_fn(training_dir): pass", "eval_input_fn(folder): folder", 9, "has a parameter 'folder'", ""),
        ("def serving", "def keras_model_fn(h): pass\ndef serving", 1, "exactly one of", ""),
        ("contrib.layers.fully_connected", "contrib.gan.gan_model", 5, "tf.contrib.gan.gan_model (TensorFlow", "gan"),
        ("contrib.layers.fully_connected", "layers.dens", 5, "tf.layers.dens is in no release", "tf.layers.dense"),
        ("import numpy as np", "import no_such_thing", 1, "package no_such_thing", "pip install no_such_thing"),
        (
            "import numpy as np",
            "from sklearn.cross_validation import KFold",
            1,
            "cross_validation.KFold is no longer",
            "split()",
        ),
        ("import numpy as np", "x = = 1", 1, "neither Python 3 nor Python 2", ""),
    ],
)
def test_what_will_not_work(report, old, new, line, message, remedy):
    found = messages(report(GOOD.replace(old, new)))
    assert any(at == line and message in said and remedy in what for at, said, what in found), found


def test_guarded_names_are_fine(report):
    text = GOOD.replace(
        "import numpy as np",
        "try:\n    import no_such_thing\n    from tensorflow.contrib import gan\nexcept ImportError:\n    gan = None",
    )
    assert report(text).will_run


def test_modules_that_a_script_can_do_without_may_lack_packages(report, tmp_path):
    (tmp_path / "extra.py").write_text("import deeper\n")
    (tmp_path / "deeper.py").write_text("import no_such_thing\n")
    guarded = "try:\n    import extra\nexcept ImportError:\n    extra = None\n"
    found = report(guarded + GOOD)
    assert found.will_run
    assert [(line, said) for line, said, _ in messages(found, "warning")] == [
        (1, "package no_such_thing is not installed")
    ]
    assert not report(guarded + "import deeper\n" + GOOD).will_run


@pytest.mark.parametrize(
    "name", ["tf.__version__", "tf.__version__.startswith", "tf.float32.min", "tf.keras.layers.serialize"]
)
def test_names_that_no_table_has_but_that_are_there(report, name):
    found = report(GOOD.replace("import tensorflow as tf\n", f"import tensorflow as tf\nx = {name}\n"))
    assert messages(found) == []


def test_packages_are_told_once_a_line_and_paths_of_containers(report):
    text = "from no_such_package import a, b\nDATA = '/opt/ml/input/data/training'\n"
    found = report(GOOD.replace("import numpy as np\n", text))
    assert [(line, message) for line, message, _ in messages(found)] == [
        (1, "package no_such_package is not installed")
    ]
    [(line, message, remedy)] = messages(found, "warning")
    assert (line, "SageMaker's containers" in message, "training_dir" in remedy) == (2, True, True)


def test_names_that_packages_have_dropped(report):
    used = (
        "from PIL import Image\nimport scipy.misc\nfrom sklearn.externals import joblib\nimport pandas as pd\n"
        "x = scipy.misc.imresize(joblib.load('x'), 0.5), Image.ANTIALIAS, pd.Panel(), pd.Panel().x\n"
    )
    text = GOOD.replace("import numpy as np\n", used)
    assert [(line, said) for line, said, _ in messages(report(text))] == [(5, "pandas.Panel is no longer there")]
    lost = {(line, said, remedy) for line, said, remedy in messages(report(text, framework_version="2.10"))}
    assert (5, "PIL.Image.ANTIALIAS is no longer there", "Use PIL.Image.LANCZOS.") in lost
    assert {(line, said) for line, said, _ in lost} >= {
        (3, "sklearn.externals.joblib is no longer there"),
        (5, "scipy.misc.imresize is no longer there"),
    }


def test_packages_that_only_a_function_of_its_own_imports(report):
    found = report(GOOD + "def plot():\n    import no_such_package\n")
    assert found.will_run
    assert [message for _, message, _ in messages(found, "warning")] == ["package no_such_package is not installed"]
    assert not report(
        GOOD.replace("train_input_fn(training_dir): pass", "train_input_fn(training_dir): import nope")
    ).will_run


def test_differences_of_a_release(report):
    text = GOOD.replace(
        "return tf", "x = tf.reduce_sum(net, keepdims=True)\n    tf.contrib.data.map_and_batch\n    return tf"
    )
    found = messages(report(text, framework_version="1.4"), "warning")
    assert any(line == 6 and "no argument 'keepdims'; 1.5 to 1.11" in said for line, said, _ in found)
    assert any(line == 7 and "1.4 had no tf.contrib.data.map_and_batch" in said for line, said, _ in found)
    assert report(text).era == "1.6 to 1.11"
    assert messages(report(text, framework_version="1.11"), "warning") == []


def test_python_2_and_modules_of_its_own(write):
    write("helper.py", "import os\ndef load(): return tf.contrib.gan\nimport tensorflow as tf\n")
    script = write("script.py", GOOD.replace("import numpy as np", "import helper\nprint 'x'\nn = 7 / 2"))
    found = check(script)
    assert found.python == 2
    assert [path.name for path in found.files] == ["script.py", "helper.py"]
    assert [(f.file.endswith("helper.py"), f.line) for f in found.findings if f.level == "error"] == [(True, 2)]
    assert found.shims == {"tf.contrib.layers.fully_connected": ["script.py:7"]}


def test_the_command(write, tmp_path):
    script = write("code/script.py", GOOD.replace("import numpy as np", "print 'x'"))
    done = CliRunner().invoke(main, ["check", str(script), "--write", str(tmp_path / "new"), "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["will_run"], told["python"], told["kind"]) == (True, 2, "model_fn")
    assert told["written"] == [str(tmp_path / "new" / "script.py")]
    assert (tmp_path / "new" / "script.py").read_text().startswith("print('x')\n")
    again = CliRunner().invoke(main, ["check", str(script), "--write", str(tmp_path / "new")])
    assert again.exit_code == 2
    assert "not empty" in again.output
    bad = CliRunner().invoke(main, ["check", str(write("bad.py", "import tensorflow as tf\n"))])
    assert bad.exit_code == 1
    assert "it will not run" in bad.output
    assert CliRunner().invoke(main, ["check", str(script), "--framework-version", "1.13"]).exit_code == 2


def test_no_tensorflow_is_imported(write):
    script = write("script.py", GOOD)
    code = f"import sys\nfrom smtf_core.checking.report import check\nfrom pathlib import Path\ncheck(Path({str(script)!r}))\n"
    code += "sys.exit('tensorflow' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_which_python_it_is_said_to_be(report):
    assert (report(GOOD).python, report(GOOD, py_version="py2").python) == (3, 2)
    assert not report("print 'a'\n" + GOOD, py_version="py3").will_run
