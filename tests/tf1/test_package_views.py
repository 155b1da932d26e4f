"""What TensorFlow 1 scripts see of PIL, scipy, scikit-learn, h5py and others."""

import importlib
import pkgutil

import h5py
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from smtf_core.lost_packages import _MOVED, _REMADE, RESTORED_PACKAGES
from smtf_core.runtime.script.lost_library import method
from smtf_core.runtime.script.views import Views
from smtf_core.runtime.tf1.package_views import package_views
from smtf_core.runtime.tf1.pandas_view import pandas_1_view

HERE = [root for root in RESTORED_PACKAGES if importlib.util.find_spec(root)]


@pytest.fixture(scope="module")
def views():
    return Views({**package_views(), "pandas": pandas_1_view})


def imported(views, dotted):
    module, _, name = dotted.rpartition(".")
    return getattr(views.import_(module, fromlist=(name,)), name)


@pytest.mark.parametrize("dotted", [name for name in (*_MOVED, *_REMADE) if name.partition(".")[0] in HERE])
def test_a_script_finds_each_name_where_it_was(views, dotted):
    found = pkgutil.resolve_name((_MOVED | _REMADE)[dotted])
    seen = imported(views, dotted)
    assert getattr(seen, "target", seen) is found


@pytest.mark.parametrize("dotted", [name for name in _MOVED if name.partition(".")[0] in HERE])
def test_nobody_else_does(dotted):
    module, _, name = dotted.rpartition(".")
    try:
        owner = importlib.import_module(module)
    except ModuleNotFoundError:
        return
    assert not hasattr(owner, name)


def test_the_rest_of_a_package_is_its_own(views):
    image = views.import_("PIL.Image", fromlist=("open",))
    assert (image.open, image.Image) == (Image.open, Image.Image)
    assert views.import_("scipy.ndimage", fromlist=("zoom",)).zoom is importlib.import_module("scipy.ndimage").zoom


@pytest.mark.parametrize(
    ("dotted", "remedy"),
    [
        ("sklearn.cross_validation.KFold", "its splitters take"),
        ("sklearn.preprocessing.Imputer", "SimpleImputer"),
        ("scipy.misc.derivative", "release notes"),
        ("pandas.Panel", "MultiIndex"),
    ],
)
def test_what_does_not_come_back_has_its_remedy(views, dotted, remedy):
    with pytest.raises(ImportError, match=remedy):
        imported(views, dotted)


def test_modules_that_are_gone_can_be_imported_for_what_they_had(views):
    sklearn = views.import_("sklearn.cross_validation")
    with pytest.raises(AttributeError, match="split\\(\\)"):
        sklearn.cross_validation.KFold  # noqa: B018 - the access is what fails


def test_images_as_scipy_had_them(views, tmp_path):
    misc = views.import_("scipy.misc", fromlist=("imread",))
    picture = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    misc.imsave(tmp_path / "a.png", picture)
    assert np.array_equal(misc.imread(tmp_path / "a.png"), picture)
    assert misc.imread(tmp_path / "a.png", mode="L").shape == (4, 6)
    assert misc.imread(str(tmp_path / "a.png"), flatten=True).dtype == np.float32
    assert misc.imresize(picture, (8, 3)).shape == (8, 3, 3)
    assert misc.imresize(picture, 50, interp="nearest").shape == (2, 3, 3)
    assert misc.imresize(picture, 2.0).shape == (8, 12, 3)
    assert misc.imresize(picture.astype(float), 1.0).max() == 255  # what is no byte is scaled
    assert np.array_equal(misc.imrotate(picture, 180, "nearest"), picture[::-1, ::-1])
    assert misc.fromimage(misc.toimage(picture.transpose(2, 0, 1))).shape == (4, 6, 3)
    assert misc.fromimage(misc.toimage(np.eye(3), mode="F")).tolist() == np.eye(3).tolist()
    assert np.unique(misc.fromimage(misc.toimage(np.eye(3), mode="P"))).tolist() == [0, 255]
    assert misc.fromimage(misc.toimage(np.eye(3) * 9, mode="1")).tolist() == (np.eye(3) * 255).tolist()
    assert misc.bytescale(np.array([-1.0, 0.0, 1.0])).tolist() == [0, 128, 255]
    with pytest.raises(ValueError, match="no image"):
        misc.toimage(np.zeros(3))


def test_methods_that_objects_have_lost(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = [1, 2]
        assert method(file["x"], "value").tolist() == [1, 2]
    with pytest.raises(AttributeError, match="'list' object has no attribute 'value'"):
        method([], "value")
    image = Image.new("L", (2, 1), 7)
    assert list(method(image, "getdata")()) == [7, 7]
    font = ImageFont.load_default()
    width, height = method(font, "getsize")("word")
    assert width > height > 0
    assert method(ImageDraw.Draw(image), "textsize")("word", font=font) == (width, height)
