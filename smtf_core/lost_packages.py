"""Third-party imports of scripts of the time: which package brings a module, and names that packages have dropped."""

from __future__ import annotations

from functools import cache

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

# Dotted name that its package has dropped -> where the same thing is today. A script of generation 1.x finds it under
# its old name. Sources: the packages' release notes.
_WINDOWS = ("bartlett", "blackman", "boxcar", "flattop", "gaussian", "hamming", "hann", "kaiser", "nuttall", "triang")
_MOVED = {
    "PIL.Image.ANTIALIAS": "PIL.Image.LANCZOS",
    "PIL.Image.CUBIC": "PIL.Image.BICUBIC",
    "PIL.Image.LINEAR": "PIL.Image.BILINEAR",
    "PIL.Image.VERSION": "PIL.__version__",
    "PIL.PILLOW_VERSION": "PIL.__version__",
    "PIL.VERSION": "PIL.__version__",
    "pandas.Float64Index": "pandas.Index",
    "pandas.Int64Index": "pandas.Index",
    "pandas.core.common.is_list_like": "pandas.api.types.is_list_like",
    "pandas.datetime": "datetime.datetime",
    "pandas.io.common.EmptyDataError": "pandas.errors.EmptyDataError",
    "pandas.io.json.json_normalize": "pandas.json_normalize",
    "pandas.np": "numpy",
    "pandas.scatter_matrix": "pandas.plotting.scatter_matrix",
    "pandas.tools.plotting": "pandas.plotting",
    "pandas.util.testing": "pandas.testing",
    "scipy.integrate.cumtrapz": "scipy.integrate.cumulative_trapezoid",
    "scipy.integrate.trapz": "scipy.integrate.trapezoid",
    "scipy.interp": "numpy.interp",
    "scipy.misc.ascent": "scipy.datasets.ascent",
    "scipy.misc.comb": "scipy.special.comb",
    "scipy.misc.face": "scipy.datasets.face",
    "scipy.misc.factorial": "scipy.special.factorial",
    "scipy.misc.factorial2": "scipy.special.factorial2",
    "scipy.misc.logsumexp": "scipy.special.logsumexp",
    **{f"scipy.signal.{window}": f"scipy.signal.windows.{window}" for window in _WINDOWS},
    "sklearn.cross_validation.cross_val_score": "sklearn.model_selection.cross_val_score",
    "sklearn.cross_validation.train_test_split": "sklearn.model_selection.train_test_split",
    "sklearn.datasets.samples_generator": "sklearn.datasets",
    "sklearn.decomposition.pca": "sklearn.decomposition",
    "sklearn.ensemble.forest": "sklearn.ensemble",
    "sklearn.externals.joblib": "joblib",
    "sklearn.externals.six": "six",
    "sklearn.feature_extraction.stop_words": "sklearn.feature_extraction.text",
    "sklearn.grid_search.ParameterGrid": "sklearn.model_selection.ParameterGrid",
    "sklearn.grid_search.ParameterSampler": "sklearn.model_selection.ParameterSampler",
    "sklearn.learning_curve.learning_curve": "sklearn.model_selection.learning_curve",
    "sklearn.linear_model.logistic": "sklearn.linear_model",
    "sklearn.metrics.calinski_harabaz_score": "sklearn.metrics.calinski_harabasz_score",
    "sklearn.metrics.classification": "sklearn.metrics",
    "sklearn.metrics.ranking": "sklearn.metrics",
    "sklearn.preprocessing.data": "sklearn.preprocessing",
    "sklearn.preprocessing.label": "sklearn.preprocessing",
}

# Dotted name that its package has dropped, or whose arguments it has -> what smtf has for a script of generation 1.x.
_IMAGES = "smtf_core.runtime.tf1.scipy_images"
_REMADE = {
    **{
        f"scipy.misc.{name}": f"{_IMAGES}.{name}"
        for name in ("bytescale", "fromimage", "imread", "imresize", "imrotate", "imsave", "toimage")
    },
    "scipy.ndimage.imread": f"{_IMAGES}.imread",
    "yaml.load": "smtf_core.runtime.tf1.package_views.yaml_load",
}

# Dotted name, as it is imported or used -> what to do instead, where no view brings it back.
_READ_IMAGES = "Use imageio.v2 (pip install imageio), or PIL.Image (pip install pillow)."
_LOST = {
    "scipy.misc.imread": _READ_IMAGES,
    "scipy.misc.imsave": _READ_IMAGES,
    "scipy.misc.imresize": "Use PIL.Image.resize (pip install pillow).",
    "scipy.misc.imrotate": "Use scipy.ndimage.rotate.",
    "scipy.misc.toimage": "Use PIL.Image.fromarray (pip install pillow).",
    "scipy.misc.fromimage": "Use numpy.asarray(image).",
    "scipy.misc.bytescale": "Scale with numpy.",
    "scipy.misc.": "scipy 1.12 emptied the package; see its release notes for where each function went.",
    "scipy.ndimage.imread": _READ_IMAGES,
    "scipy.integrate.simps": "Use scipy.integrate.simpson, with x= by name.",
    "scipy.interpolate.interp2d": "Use scipy.interpolate.RegularGridInterpolator.",
    "scipy.stats.itemfreq": "Use numpy.unique(values, return_counts=True).",
    "sklearn.cross_validation": "Use sklearn.model_selection; its splitters take the data in split().",
    "sklearn.externals.": "Install the package by itself and import it by its own name.",
    "sklearn.grid_search": "Use sklearn.model_selection, and cv_results_ in place of grid_scores_.",
    "sklearn.learning_curve": "Use sklearn.model_selection.",
    "sklearn.decomposition.RandomizedPCA": "Use sklearn.decomposition.PCA(svd_solver='randomized').",
    "sklearn.lda": "Use sklearn.discriminant_analysis.LinearDiscriminantAnalysis.",
    "sklearn.qda": "Use sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis.",
    "sklearn.metrics.jaccard_similarity_score": "Use sklearn.metrics.jaccard_score, or accuracy_score for labels.",
    "sklearn.metrics.plot_confusion_matrix": "Use sklearn.metrics.ConfusionMatrixDisplay.",
    "sklearn.mixture.GMM": "Use sklearn.mixture.GaussianMixture.",
    "sklearn.preprocessing.Imputer": "Use sklearn.impute.SimpleImputer.",
    "sklearn.datasets.load_boston": "It was withdrawn; read the data from a channel.",
    "sklearn.datasets.fetch_mldata": "Use sklearn.datasets.fetch_openml.",
    "sklearn.utils.linear_assignment_": "Use scipy.optimize.linear_sum_assignment.",
    "pandas.Panel": "Use a DataFrame with a MultiIndex.",
    "pandas.TimeGrouper": "Use pandas.Grouper(freq=…).",
    "pandas.rolling_mean": "Use series.rolling(window).mean().",
    "pandas.tools": "Use pandas.plotting or pandas itself.",
    "pandas.io.data": "Use pandas_datareader (pip install pandas-datareader).",
}

#: Top-level packages of which a script of generation 1.x sees more than there is today.
RESTORED_PACKAGES = tuple(sorted({name.partition(".")[0] for name in (*_MOVED, *_REMADE)}))


def requirement(module: str) -> str:
    """What to tell pip so that a top-level module can be imported."""
    return _REQUIREMENTS.get(module, module)


def restored(dotted: str) -> str | None:
    """Where a script of generation 1.x gets a name from that its package has dropped; ``None``: nowhere."""
    return _MOVED.get(dotted) or _REMADE.get(dotted)


def is_restored(dotted: str) -> bool:
    """Whether a script of generation 1.x finds a name that its package has dropped, or what is below it."""
    parts = dotted.split(".")
    if dotted in packages_on_the_way(parts[0]):
        return True
    return any(restored(".".join(parts[:length])) is not None for length in range(2, len(parts) + 1))


@cache
def packages_on_the_way(root: str) -> frozenset[str]:
    """The modules of a top-level package, itself among them, below which it has dropped something."""
    names = [name for name in (*_MOVED, *_REMADE, *_LOST) if name.partition(".")[0] == root]
    return frozenset(name.rsplit(".", length)[0] for name in names for length in range(1, name.count(".") + 1))


def lost_name(dotted: str) -> str | None:
    """What to write instead of a name that its package has dropped; ``None``: it has not, as far as is known."""
    parts = dotted.split(".")
    for length in range(len(parts), 1, -1):
        name = ".".join(parts[:length])
        if name in _MOVED:
            return f"Use {_MOVED[name]}."
        found = _LOST.get(name) or (_LOST.get(f"{name}.") if length < len(parts) else None)
        if found is not None:
            return found
    return None
