import numpy as np
import pytest

from saring.evaluation.agreement import Agreement
from saring.evaluation.metrics import Interval
from saring.evaluation.mistakes import confusion_by_source
from saring.evaluation.plots import agreement_plot, confusion_plot, precision_recall_plot, reliability_plot
from saring.taxonomy import taxonomy


def rows() -> tuple[np.ndarray, np.ndarray]:
    """Labels as likely as their probabilities say, but no ``ancaman``, and nothing known of ``sara``."""
    random = np.random.default_rng(0)
    probabilities = random.random((3000, 8)).astype(np.float32)
    labels = (random.random((3000, 8)) < probabilities).astype(np.float32)
    labels[:, taxonomy().index("ancaman")] = 0
    labels[:, taxonomy().index("sara")] = np.nan
    return labels, probabilities


def test_the_dot_stands_at_the_precision_and_recall_of_the_threshold() -> None:
    labels, probabilities = rows()
    panels = precision_recall_plot(labels, probabilities, [0.6] * 8).axes
    flagged, yes = probabilities[:, 0] >= 0.6, labels[:, 0] == 1
    (dot,) = (line for line in panels[0].lines if line.get_marker() == "o")
    assert dot.get_xydata()[0] == pytest.approx(
        [(flagged & yes).sum() / yes.sum(), (flagged & yes).sum() / flagged.sum()]
    )
    assert not panels[taxonomy().index("ancaman")].lines


def test_what_is_calibrated_lies_on_the_diagonal() -> None:
    panel = reliability_plot(*rows()).axes[0]
    dots = np.array([line.get_xydata()[0] for line in panel.lines if line.get_marker() == "o"])
    assert len(dots) == 15 and np.abs(dots[:, 0] - dots[:, 1]).max() < 0.1
    assert panel.get_title(loc="left").startswith(f"{taxonomy().ids[0]}, ECE 0.0")


def test_small_sources_are_left_out_of_the_confusion() -> None:
    labels, probabilities = rows()
    corpora = ["small"] * 29 + ["large"] * 2971
    figure = confusion_plot(confusion_by_source(labels, probabilities, [0.5] * 8, corpora))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["large (2,971)"]


def test_the_labels_furthest_from_ours_come_first() -> None:
    def agreement(corpus: str, label: float, rows: int) -> Agreement:
        return Agreement(corpus, "sara", label, rows, Interval.of_share(rows // 2, rows))

    given = [agreement("right", 0.5, 100), agreement("wrong", 0.9, 100), agreement("few", 0.9, 10)]
    panel = agreement_plot(given).axes[0]
    assert [label.get_text() for label in panel.get_yticklabels()] == [
        "wrong, sara (100 rows)",
        "right, sara (100 rows)",
    ]
