import json
from dataclasses import replace
from pathlib import Path

import hs1
import model_page
import pytest
from manifests import a_manifest
from quantisation import figures_file, shipped

from saring.taxonomy import taxonomy


def interval(value: float | None) -> dict[str, float | None]:
    return {"value": value, "low": value, "high": value}


FIGURES = {
    "test": {"digest": "ab" * 32, "rows": 1234},
    "macro": {"f1": interval(0.83)},
    "categories": {
        category: {
            "positives": 10 + at,
            **dict.fromkeys(("average_precision", "precision", "recall"), interval(0.9)),
            "f1": interval(0.71 + at / 100 if category != "sara" else None),
            "ece": interval(0.01 + at / 200),
        }
        for at, category in enumerate(taxonomy().ids)
    },
    "gauges": {"ministry_tweets": {"flagged": interval(0.018)}},
    "functional": {
        "positive": {"cases": 60, "passed": 50},
        "clean": {"cases": 40, "passed": 40},
        "functions": {
            "joke/positive": {"cases": 7, "passed": 3},
            "counter_quote/clean": {"cases": 6, "passed": 6},
            "counter_reference/clean": {"cases": 4, "passed": 3},
        },
    },
    "robustness": {
        "perturbations": {
            "spaced_letters": {"recall_lost": interval(0.061), "clean_flagged_gained": interval(0.001)},
            "capitals": {"recall_lost": interval(0.002), "clean_flagged_gained": interval(-0.003)},
        }
    },
}


def line(section: str, name: str) -> list[str]:
    (found,) = (each for each in section.splitlines() if each.startswith(f"| {name}"))
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_each_measure_stands_beside_what_it_should_reach(tmp_path: Path) -> None:
    section = model_page.measured(a_manifest(evaluation=FIGURES), tmp_path)
    assert line(section, "frozen test, macro F1")[2:5] == [">= 0.820", "0.830 (0.830 to 0.830)", "yes"]
    assert line(section, "frozen test, lowest F1")[3].startswith("`hoaks` 0.710")
    assert line(section, "frozen test, highest ECE")[3:5] == ["`ancaman` 0.045 (0.045 to 0.045)", "no"]
    assert line(section, "functional suite |")[3:5] == ["90.0 % (90 of 100)", "no"]
    assert line(section, "functional suite, lowest")[3].startswith("joke 42.9 %")
    assert line(section, "functional suite, counter-speech")[3:5] == ["90.0 % (9 of 10)", "yes"]
    assert line(section, "tweets of ministries")[2:5] == ["<= 1 %", "1.8 % (1.8 % to 1.8 %)", "no"]
    assert line(section, "most recall lost")[3].startswith("spaced letters 6.1 %")
    assert line(section, "most clean rows flagged more")[4] == "yes"
    assert line(section, "capitals")[1] == "0.2 % (0.2 % to 0.2 %)"
    assert line(section, "`sara`")[2] == "-"


def test_what_was_not_measured_is_said_to_be_so(tmp_path: Path) -> None:
    section = model_page.measured(a_manifest(evaluation={}), tmp_path)
    lines = [each for each in section.splitlines() if each.startswith("| ")][2:]
    assert len(lines) >= 16
    assert all(f"| {model_page.NOT_MEASURED} | - |" in each for each in lines)


def test_runs_are_read_where_they_were_made(tmp_path: Path) -> None:
    manifest = replace(a_manifest(), evaluation=FIGURES)
    for run, folds in (("whole", range(5)), ("begun", range(2))):
        for fold in folds:
            home = tmp_path / "hs1" / run / f"fold{fold}"
            home.mkdir(parents=True)
            (home / "figures.json").write_text(json.dumps({"f1": 0.88 + fold / 100}))
    path = figures_file(tmp_path, manifest)
    path.parent.mkdir()
    path.write_text(
        json.dumps(
            {"ships": shipped(), "forms": {"fp32": {"macro_f1": 0.83}, shipped(): {"macro_f1": 0.825}}}
        )
    )
    section = model_page.measured(manifest, tmp_path)
    assert line(section, "HS1, five folds, F1 of hate speech (`whole`)")[2:5] == [
        ">= 88.9 %",
        "90.0 % ± 1.6",
        "yes",
    ]
    assert hs1.PUBLISHED["IndoBERT"] in line(section, "HS1, five folds, F1 of hate speech (`whole`)")[1]
    assert line(section, "HS1, five folds, F1 of hate speech (`begun`)")[3:5] == [
        "88.5 % ± 0.7, 2 of 5 folds only",
        "-",
    ]
    assert line(section, "macro F1 lost from fp32 to int8")[3:5] == ["0.005", "no"]


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    page = f"before\n{model_page.BEGIN}\nold\n{model_page.END}\nafter\n"
    written = model_page.rewrite(page, "new")
    assert written == f"before\n{model_page.BEGIN}\nnew\n{model_page.END}\nafter\n"
    with pytest.raises(SystemExit, match="must hold"):
        model_page.rewrite("before\nafter\n", "new")
