"""The hand-written pages: their tables match the code, their examples compile, their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import asdict

from smtf_core import contract
from smtf_core.client.staging import runtime_hyperparameters
from smtf_core.models import Job, settings
from smtf_core.models.cluster import ClusterSettings
from smtf_core.models.layout import Layout

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
CONTRACT = (DOCS / "script-contract.md").read_text(encoding="utf-8")
KEYS = {**settings.RUN_CONFIG_KEYS, **settings.EVAL_SPEC_KEYS, **settings.EXPERIMENT_KEYS, **settings.CLUSTER_KEYS}
DEFAULTS = {
    "save_checkpoints_secs": settings.DEFAULT_SAVE_CHECKPOINTS_SECS,
    "min_eval_frequency": settings.DEFAULT_MIN_EVAL_FREQUENCY,
    "throttle_secs": int(settings.EvaluationPolicy().throttle_secs),
    "start_delay_secs": int(settings.EvaluationPolicy().start_delay_secs),
    **{name: f"{value:g}" if isinstance(value, float) else value for name, value in asdict(ClusterSettings()).items()},
}
every_page = pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *PAGES], ids=lambda page: str(page.relative_to(ROOT))
)


@pytest.mark.parametrize("key", KEYS)
def test_every_setting_is_in_the_table_with_what_it_takes(key):
    row = re.search(rf"^\| `{key}` \| (.+?) \| (.+?) \| .+ \|$", CONTRACT, re.MULTILINE)
    assert row is not None, f"docs/script-contract.md has no row for hyperparameter {key}"
    assert row[1] == KEYS[key][0]
    assert row[2] == str(DEFAULTS.get(key, row[2]))


@pytest.mark.tensorflow
def test_the_defaults_of_run_config_are_those_that_are_told():
    from smtf_core.runtime.tf1 import restore_estimator

    restore_estimator()
    import tensorflow as tf

    config = tf.estimator.RunConfig()
    for key in settings.RUN_CONFIG_KEYS.keys() - {"save_checkpoints_secs", "save_checkpoints_steps"}:
        row = re.search(rf"^\| `{key}` \| .+? \| (.+?) \| .+ \|$", CONTRACT, re.MULTILINE)
        assert row is not None
        assert float(row[1]) == getattr(config, key)


def test_every_hyperparameter_that_is_added_is_told():
    job = Job(name="a", backend="inprocess", entry_point="a.py", output_path="out", framework_version="1.11")
    for name in runtime_hyperparameters(job, "code"):
        assert f"`{name}`" in CONTRACT or name.startswith("smtf_"), f"docs/script-contract.md does not tell of {name}"


@pytest.mark.parametrize(
    "name",
    [
        *contract.MODEL_FUNCTIONS,
        *contract.REQUIRED_FUNCTIONS,
        *contract.OPTIONAL_FUNCTIONS,
        *contract.TRAINING_DIR_NAMES,
        *contract.HYPERPARAMETER_NAMES,
        *contract.CHANNEL_NAMES,
    ],
)
def test_every_name_of_the_contract_is_in_a_table(name):
    assert re.search(rf"^\| [^|]*`{name}`", CONTRACT, re.MULTILINE)


@pytest.mark.parametrize("name", [name for name, value in vars(Layout).items() if isinstance(value, property)])
def test_every_path_of_a_job_is_in_the_table(name):
    path = getattr(Layout("/job"), name).relative_to("/job")
    assert re.search(rf"^\| `{re.escape(str(path))}[`/]", CONTRACT, re.MULTILINE)


@every_page
def test_links_lead_somewhere(page):
    text = re.sub(r"`[^`\n]+`(?!\])", "", page.read_text(encoding="utf-8"))  # code is no link, but may be a link's text
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([\w-]+))?\)", text):
        if "://" in target:
            continue
        path = page if not target else page.parent / target
        assert path.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors(path), f"{page.name} links to {target}#{anchor}"


def anchors(path: Path) -> set[str]:
    """What GitHub and MyST make of the headings."""
    headings = re.findall(r"^#{1,3} (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_python_blocks_compile(page):
    text = page.read_text(encoding="utf-8")
    if not text.startswith("<!-- Made by docs/generate.py"):  # those show signatures
        for block in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            compile(block, str(page), "exec")


def test_the_index_leads_to_every_page():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert {str(page.relative_to(DOCS)) for page in PAGES} - {"index.md"} == set(re.findall(r"\]\(([^)]+)\)", index))


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "adr"], ids=lambda page: page.stem)
def test_decisions_have_their_parts(page):
    assert re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE) == [
        "Status",
        "Context",
        "Decision",
        "Consequences",
    ]
