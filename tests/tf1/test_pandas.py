"""What TensorFlow 1 scripts see of pandas, and that nobody else sees it."""

import pandas
import pytest

from smtf_core.models import FrameworkVersion
from smtf_core.runtime.tf1.behaviour import tensorflow_1_behaviour
from smtf_core.runtime.tf1.pandas_view import pandas_1_view


@pytest.fixture
def script_pandas():
    pd = pandas_1_view()
    with tensorflow_1_behaviour(FrameworkVersion.parse("1.11")):
        yield pd


@pytest.fixture
def frame():
    return pandas.DataFrame({"a": [1, 2, 3], "b": [4.0, 5.0, 6.0]}, index=["x", "y", "z"])


def test_values_and_rows(script_pandas, frame):
    assert frame.as_matrix().tolist() == [[1, 4], [2, 5], [3, 6]]
    assert frame.as_matrix(["b"]).tolist() == [[4], [5], [6]]
    assert frame["a"].as_matrix().tolist() == [1, 2, 3]
    assert [name for name, _ in frame.iteritems()] == ["a", "b"]
    assert frame.get_value("y", "b") == 5
    assert frame.set_value("y", "b", 7.0) is frame
    assert frame.b.get_value("y") == 7


def test_append(script_pandas, frame):
    longer = frame.append(frame, ignore_index=True)
    assert longer.shape == (6, 2)
    assert longer.index.tolist() == list(range(6))
    assert frame.append([frame, frame]).index.tolist() == ["x", "y", "z"] * 3
    row = frame.append({"a": 9, "b": 8.0}, ignore_index=True)
    assert row.iloc[-1].tolist() == [9, 8]
    assert frame.append(script_pandas.Series({"a": 9, "b": 8.0}, name="w")).index[-1] == "w"
    with pytest.raises(TypeError, match="ignore_index=True"):
        frame.append({"a": 9})
    assert script_pandas.DataFrame(columns=["a"]).append(frame[["a"]])["a"].dtype.kind == "i"
    assert frame["a"].append(frame["a"]).tolist() == [1, 2, 3, 1, 2, 3]


def test_ix_takes_labels_and_positions(script_pandas, frame):
    assert frame.ix["y", "b"] == 5
    assert frame.ix[1, "b"] == 5
    assert frame.ix["y", 1] == 5
    assert frame.ix[0:2, ["a"]]["a"].tolist() == [1, 2]
    assert frame.ix["x":"y"].shape == (2, 2)
    assert frame.ix[:, 0].tolist() == [1, 2, 3]
    numbered = frame.set_index(pandas.Index([10, 20, 30]))
    assert numbered.ix[20, "a"] == 2
    frame.ix[2, "a"] = 9
    assert frame["a"].tolist() == [1, 2, 9]
    assert frame["a"].ix[0] == 1


def test_arguments_of_the_time(script_pandas, tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("a\n1\n2,3\n")
    read = script_pandas.read_csv(str(file), squeeze=True, error_bad_lines=False, warn_bad_lines=False)
    assert read.tolist() == [1]
    typed = script_pandas.Series(["b", "a"]).astype("category", categories=["a", "b", "c"], ordered=True)
    assert typed.cat.codes.tolist() == [1, 0]
    with pytest.raises(AttributeError, match="MultiIndex"):
        _ = script_pandas.Panel


def test_other_threads_have_todays_pandas(frame):
    pandas_1_view()
    for name in ("as_matrix", "append", "ix"):
        assert not hasattr(frame, name)
        assert not hasattr(pandas.DataFrame, name)
    assert "append" in pandas.DataFrame({"append": [1]})
    assert pandas.DataFrame({"append": [1]}).append.tolist() == [1]  # a column, as pandas has it
    with pytest.raises(TypeError):
        frame["a"].astype("category", categories=["a"])


def test_arguments_by_position(script_pandas, frame):
    assert frame.drop("a", 1).columns.tolist() == ["b"]
    assert frame.sum(1).tolist() == [5, 7, 9]
    assert frame.sort_values("a", 0, False).a.tolist() == [3, 2, 1]
    assert script_pandas.concat([frame, frame], 1).shape == (3, 4)
    assert frame.a.sort_values(0, False).tolist() == [3, 2, 1]
    with pytest.raises(TypeError, match="at most 2 arguments"):
        frame.a.sum(0, True, 3)


def test_gaps_and_values(script_pandas):
    series = script_pandas.Series([None, 1.0, None])
    assert series.fillna(method="ffill").tolist()[1:] == [1, 1]
    assert series.fillna(None, "bfill").tolist()[:2] == [1, 1]
    assert series.fillna(0).tolist() == [0, 1, 0]
    with pytest.raises(ValueError, match="'nearest'"):
        series.fillna(method="nearest")
    whole = series.fillna(0)
    assert whole.nonzero()[0].tolist() == [1]
    assert whole.ravel().tolist() == whole.get_values().tolist() == [0, 1, 0]
    assert script_pandas.DataFrame({"a": [1]}).applymap(str).a.tolist() == ["1"]


def test_columns_of_a_file_by_position(script_pandas, tmp_path):
    (tmp_path / "a.tsv").write_text("1\t2\n")
    assert script_pandas.read_csv(tmp_path / "a.tsv", "\t", None, None).shape == (1, 2)
    assert script_pandas.read_csv(tmp_path / "a.tsv", delim_whitespace=True, header=None).shape == (1, 2)
    with pytest.raises(TypeError, match="without their names"):
        script_pandas.read_csv(tmp_path / "a.tsv", *range(9))
