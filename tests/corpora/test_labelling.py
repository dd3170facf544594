import csv
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from saring.corpora.added import read_added
from saring.corpora.labelling import CHOICES, TEXT, label_files, write_label_files
from saring.errors import InputError
from saring.taxonomy import taxonomy

TEXTS = ['slot gacor, "maxwin"\nhari ini', "selamat pagi"]


def test_a_csv_that_is_filled_in_is_taken_back(tmp_path: Path) -> None:
    [path] = label_files(tmp_path / "rows.csv")
    write_label_files([path], TEXTS, [["perjudian"], []], "m 1")
    with path.open(newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    assert header == ["text", *taxonomy().ids] and [row[0] for row in rows] == TEXTS
    nothing, understood = read_added([path])
    assert len(nothing) == 0 and understood.unlabelled == 2, "what nobody filled in is no label"
    labels = np.zeros((2, 8))
    labels[0, taxonomy().index("perjudian")] = 1
    with path.open("w", newline="", encoding="utf-8") as stream:
        filled = [[row[0], *map(int, cells)] for row, cells in zip(rows, labels, strict=True)]
        csv.writer(stream).writerows([header, *filled])
    dataset, _ = read_added([path])
    assert dataset.texts == TEXTS
    np.testing.assert_array_equal(dataset.labels, labels)


def test_tasks_suggest_and_are_labels_only_when_submitted(tmp_path: Path) -> None:
    [path] = label_files(tmp_path / "tasks.json")
    write_label_files([path], TEXTS, [["perjudian"], []], "m 1")
    assert read_added([path])[1].unlabelled == 2
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for task in tasks:
        [prediction] = task["predictions"]
        assert prediction["model_version"] == "m 1"
        task["annotations"] = [{"result": prediction["result"], "was_cancelled": False}]
    path.write_text(json.dumps(tasks))
    dataset, _ = read_added([path])
    assert dataset.texts == TEXTS
    assert dataset.labels.sum() == dataset.labels[0, taxonomy().index("perjudian")] == 1


def test_the_documented_labelling_config_fits_the_tasks() -> None:
    page = (Path(__file__).parents[2] / "docs" / "retraining.md").read_text(encoding="utf-8")
    config = ElementTree.fromstring(re.search(r"<View>.*</View>", page, re.DOTALL)[0])
    text, choices = config.find("Text"), config.find("Choices")
    assert (text.get("name"), text.get("value")) == (TEXT, "$text")
    assert (choices.get("name"), choices.get("toName"), choices.get("choice")) == (CHOICES, TEXT, "multiple")
    assert [choice.get("value") for choice in choices] == list(taxonomy().ids)


def test_without_an_ending_both_forms_and_nothing_is_overwritten(tmp_path: Path) -> None:
    files = label_files(tmp_path / "rows")
    assert [file.name for file in files] == ["rows.csv", "rows.json"]
    write_label_files(files, TEXTS, [[], []], "m 1")
    with pytest.raises(InputError, match="may hold labels"):
        label_files(tmp_path / "rows")
    with pytest.raises(InputError, match=r"\.csv or \.json"):
        label_files(tmp_path / "rows.xlsx")
