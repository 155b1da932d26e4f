"""The program that embeds smtf: what it prints, and that it leaves the process as it was."""

import re
import subprocess
import sys

import pytest

from smtf_core.testing.scripts import write_line_script


@pytest.mark.slow
def test_three_jobs_at_once_each_with_its_own(examples, tmp_path):
    script = write_line_script(tmp_path)
    program = examples / "embed" / "sweep.py"
    done = subprocess.run(
        [sys.executable, str(program), str(script), str(tmp_path / "jobs")],
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    steps = re.findall(r"^sweep rate-([\d-]+): step (\d+), loss ([\d.]+)$", done.stdout, re.MULTILINE)
    by_rate = {rate: [int(step) for name, step, _ in steps if name == rate] for rate, _, _ in steps}
    assert set(by_rate) == {"0-001", "0-01", "0-02"}
    assert all(told == sorted(set(told)) and told[-1] == 40 for told in by_rate.values()), by_rate
    final = [
        float(loss) for name in ("0-001", "0-01", "0-02") for rate, step, loss in steps if (rate, step) == (name, "40")
    ]
    assert final[0] > final[1] >= final[2], "each job has its own hyperparameters"
    assert len(re.findall(r"^sweep Completed at step 40: .*'error'", done.stdout, re.MULTILINE)) == 3
    # the jobs' own logs went to their folders, not through the program's handler
    assert all(line.startswith("sweep ") for line in done.stdout.splitlines()), done.stdout
    for name in ("rate-0-001", "rate-0-01", "rate-0-02"):
        log = (tmp_path / "jobs" / name / "output" / "log.txt").read_text()
        assert "tensorflow:" in log
        assert all(f"{other}/" not in log for other in {"rate-0-001", "rate-0-01", "rate-0-02"} - {name})


def test_the_program_is_what_the_page_shows(examples):
    page = (examples.parent / "docs" / "embedding.md").read_text(encoding="utf-8")
    source = (examples / "embed" / "sweep.py").read_text(encoding="utf-8")
    assert source.partition('"""\n\n')[2].strip() in page
