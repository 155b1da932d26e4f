"""Third-party imports of scripts of the time: which package brings a module, and names that packages have dropped."""

from __future__ import annotations

# Module -> what pip calls it, where that differs.
_REQUIREMENTS = {
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "Crypto": "pycryptodome",
    "dateutil": "python-dateutil",
    "distutils": "setuptools",
    "keras": "tf_keras",
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}

# Dotted name, as it is imported or used -> what to do instead. Sources: the packages' release notes.
_IMAGES = "Use imageio.v2 (pip install imageio), or pin scipy<1.2 where that can still be installed."
_LOST = {
    "scipy.misc.imread": _IMAGES,
    "scipy.misc.imsave": _IMAGES,
    "scipy.misc.imresize": "Use PIL.Image.resize (pip install pillow).",
    "scipy.misc.imrotate": "Use scipy.ndimage.rotate.",
    "scipy.misc.toimage": "Use PIL.Image.fromarray (pip install pillow).",
    "scipy.misc.fromimage": "Use numpy.asarray(image).",
    "scipy.misc.bytescale": "Scale with numpy.",
    "scipy.misc.logsumexp": "Use scipy.special.logsumexp.",
    "scipy.misc.comb": "Use scipy.special.comb.",
    "scipy.misc.factorial": "Use scipy.special.factorial.",
    "scipy.misc": "scipy 1.12 dropped the package; see its release notes for where each function went.",
    "sklearn.cross_validation": "Use sklearn.model_selection.",
    "sklearn.grid_search": "Use sklearn.model_selection.",
    "sklearn.learning_curve": "Use sklearn.model_selection.",
    "sklearn.externals.joblib": "Import joblib itself (pip install joblib).",
    "sklearn.externals.six": "Import six itself (pip install six).",
    "sklearn.preprocessing.Imputer": "Use sklearn.impute.SimpleImputer.",
    "sklearn.datasets.load_boston": "It was withdrawn; read the data from a channel.",
    "sklearn.datasets.fetch_mldata": "Use sklearn.datasets.fetch_openml.",
    "pandas.Panel": "Use a DataFrame with a MultiIndex.",
    "pandas.tools": "Use pandas.plotting or pandas itself.",
    "pandas.io.data": "Use pandas_datareader (pip install pandas-datareader).",
    "pandas.core.common.is_list_like": "Use pandas.api.types.is_list_like.",
}


def requirement(module: str) -> str:
    """What to tell pip so that a top-level module can be imported."""
    return _REQUIREMENTS.get(module, module)


def lost_name(dotted: str) -> str | None:
    """What to write instead of a name that its package has dropped; ``None``: it has not, as far as is known."""
    parts = dotted.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((_LOST[name] for name in names if name in _LOST), None)
