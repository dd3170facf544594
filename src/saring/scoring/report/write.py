"""A report beside a scored table: ``report.html`` for people, ``report.json`` with the same figures."""

import json
from collections.abc import Mapping, Sequence

from saring.classifier import Classifier
from saring.errors import InputError
from saring.scoring.columns import Choice
from saring.scoring.outputs import published
from saring.scoring.places import STANDARD
from saring.scoring.report.evidence import evidence_words, usual_words
from saring.scoring.report.figures import Tally
from saring.scoring.report.page import check_jinja, rendered
from saring.scoring.report.roles import Roles
from saring.scoring.sources import Cells, Row, Table

_PAGE = ".html"


def addresses_of(report: str) -> tuple[str, str]:
    """Where the page and its figures go.

    Raises:
        InputError: ``report`` is not the name of a page.
    """
    path, question_mark, settings = report.partition("?") if "://" in report else (report, "", "")
    if report == STANDARD or not path.lower().endswith(_PAGE):
        raise InputError(f"{report}: a report is a page, so its name must end in {_PAGE}")
    figures = f"{path[: -len(_PAGE)]}.json"
    return report, f"{figures}{question_mark}{settings}"


class Report:
    """Counts rows as they are scored, and writes what was counted."""

    def __init__(
        self, address: str, classifier: Classifier, tables: Sequence[Table], choices: Sequence[Choice]
    ) -> None:
        """Look for the columns of time and source.

        Raises:
            InputError: ``addresses_of`` refuses the name.
            MissingExtraError: the package that makes pages is not installed.
        """
        check_jinja()
        self._page, self._json = addresses_of(address)
        self._classifier = classifier
        roles = {
            table.place.name: Roles.of(table, choice.column)
            for table, choice in zip(tables, choices, strict=True)
        }
        self._tally = Tally(classifier.manifest, roles, len(tables))

    def add(self, table: Table, row: Row, text: str, verdict: Cells) -> None:
        """Count a row of ``table``, its text and the cells that were added to it."""
        self._tally.add(table, row, text, verdict)

    def write(self, totals: Mapping[str, int]) -> None:
        """Write both files, each when it is whole; the same rows and model give the same bytes.

        ``totals`` are the rows ``read``, ``scored``, ``rejected`` and ``repeated``.

        Raises:
            InputError: the folder or the storage will not do.
        """
        usual = usual_words(self._tally.clear_texts)
        words = evidence_words(self._classifier, self._tally.samples, usual)
        figures = self._tally.figures(totals, words)
        for address, content in (
            (self._json, json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False) + "\n"),
            (self._page, rendered(figures)),
        ):
            with published(address) as file:
                file.write(content.encode())
