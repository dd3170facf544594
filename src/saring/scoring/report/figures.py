"""What a report says, counted as the rows stream by, and as JSON in the end."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from hashlib import blake2b
from math import isfinite
from pathlib import PurePath
from typing import Any

from saring import __version__
from saring.artefact.manifest import Manifest
from saring.evaluation.metrics import Interval
from saring.scoring.report.limits import struck_identities
from saring.scoring.report.masking import excerpt, window
from saring.scoring.report.prevalence import ErrorRates, corrected, why_not
from saring.scoring.report.roles import Roles
from saring.scoring.report.sketches import Frequent, Sample
from saring.scoring.report.timeline import Timeline
from saring.scoring.sources import Cells, Row, Table
from saring.text import normalise

REMEMBERED = 8192
"""Distinct flagged texts, and distinct sources, up to which their counts are exact."""
SHOWN = 20
SAMPLED = 100
"""Distinct flagged texts per category from which evidence words are taken."""
SAMPLED_CLEAR = 400
LONGEST_SAMPLED = 10_000
LETTERS = 200
_NAME_LETTERS = 80
_FILES, _COLUMNS = 20, 5
_SOURCE_LETTERS = 200


@dataclass(slots=True)
class _Source:
    """Rows of one platform, account or file."""

    scored: int = 0
    review: int = 0
    flagged: int = 0
    categories: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Shared:
    """A flagged text: the beginning of one writing of it, where that stands, how often it came."""

    count: int = 0
    text: str = ""
    file: str = ""
    line: int = 0
    categories: tuple[str, ...] = ()


class Tally:
    """Counts scored rows; memory stays the same however many there are.

    Totals, categories, days and hours are counted exactly. Shared texts and sources are counted exactly
    up to ``REMEMBERED`` distinct ones and by ``Frequent`` beyond; texts for evidence are a ``Sample``.
    """

    def __init__(self, manifest: Manifest, roles: Mapping[str, Roles], files: int) -> None:
        """``roles`` holds the columns to look at for each of ``files`` tables, by the name of its place."""
        self._manifest = manifest
        self._roles = roles
        self._decisions = Counter[str]()
        self._flagged = Counter[str]()
        self._review = Counter[str]()
        self._words_to_review = 0
        self._timeline = Timeline(manifest.categories)
        self._shared = Frequent(REMEMBERED, _Shared)
        self._clear = Sample[str](SAMPLED_CLEAR)
        self._samples: dict[str, Sample[str]] = {c: Sample(SAMPLED) for c in manifest.categories}
        self._sources = {kind: Frequent(REMEMBERED, _Source) for kind in ("file", "platform", "account")}
        self._files = files

    @property
    def samples(self) -> dict[str, Sample[str]]:
        """Flagged texts of each category, as they were written, by the digest of their normalised form."""
        return self._samples

    @property
    def clear_texts(self) -> list[str]:
        """A sample of the texts that were not flagged, to know usual words by."""
        return list(self._clear.items().values())

    def add(self, table: Table, row: Row, text: str, verdict: Cells) -> None:
        """Count a row of ``table`` with its added cells; one without a decision is left aside."""
        decision = verdict["decision"]
        if decision is None:
            return
        categories = self._manifest.categories
        flags = [bool(verdict[f"{category}_flagged"]) for category in categories]
        flagged = tuple(category for category, flag in zip(categories, flags, strict=True) if flag)
        self._decisions[decision] += 1
        self._flagged.update(flagged)
        if decision != "clear":
            self._review.update(c for c in categories if verdict[f"{c}_decision"] == "review")
        if decision == "review":
            self._words_to_review += len(text.split())
        roles = self._roles[table.place.name]
        if roles.time is not None:
            self._timeline.add(row.cells.get(roles.time), decision, flags)
        if self._files > 1:
            self._count_source("file", table.place.name, decision, flagged)
        if roles.platform is not None:
            platform = _shown(_source(row.cells.get(roles.platform)))
            self._count_source("platform", platform, decision, flagged)
        if roles.account is not None:
            account = _source(row.cells.get(roles.account))
            # its digest is enough, and a name that is nowhere cannot be lost
            self._count_source("account", _digest(account) if account else "", decision, flagged)
        if decision == "clear" and len(text) <= LONGEST_SAMPLED:
            self._clear.offer(_digest(text), text)
        if flagged:
            self._count_text(table, row, text, flagged)

    def _count_source(self, kind: str, key: Hashable, decision: str, flagged: Sequence[str]) -> None:
        source = self._sources[kind].see(key)
        source.scored += 1
        source.review += decision == "review"
        source.flagged += decision == "flag"
        source.categories.update(flagged)

    def _count_text(self, table: Table, row: Row, text: str, flagged: tuple[str, ...]) -> None:
        key = _digest(normalise(text, self._manifest.text_rules).text)
        shared = self._shared.see(key)
        if not shared.count:
            shared.text = text[: window(LETTERS) + 1]
            shared.file, shared.line, shared.categories = table.place.name, row.line, flagged
        shared.count += 1
        if len(text) <= LONGEST_SAMPLED:
            for category in flagged:
                self._samples[category].offer(key, text)

    def figures(self, totals: Mapping[str, int], words: Mapping[str, Any]) -> dict[str, Any]:
        """All figures, in the form of ``report.json``; ``words`` are those of ``evidence_words``."""
        scored = self._decisions.total()
        roles = list(self._roles.values())
        return {
            "saring": __version__,
            "model": {"name": self._manifest.name, "version": self._manifest.version}
            | {"test_rows": self._manifest.evaluation.get("rows")}
            | {"false_alarms": struck_identities(self._manifest.evaluation)},
            "files": {
                "count": self._files,
                "names": [_shown(PurePath(place).name) for place in list(self._roles)[:_FILES]],
            },
            "totals": dict(totals),
            "decisions": {each: self._decisions[each] for each in ("clear", "review", "flag")},
            "review": {"rows": self._decisions["review"], "words": self._words_to_review},
            "categories": [
                self._category(category, threshold, scored)
                for category, threshold in zip(
                    self._manifest.categories, self._manifest.thresholds.flag, strict=True
                )
            ],
            "time": (self._timeline.figures() or {"points": []}) | {"columns": _columns(roles, "time")},
            "words": dict(words),
            "shared": self._shared_figures(),
            "sources": [
                self._source_figures(kind, [] if kind == "file" else _columns(roles, kind))
                for kind in self._sources
                if len(self._sources[kind])
            ],
        }

    def _category(self, category: str, threshold: float, scored: int) -> dict[str, Any]:
        rates = ErrorRates.of(self._manifest.evaluation, category)
        obstacle = why_not(rates)
        flagged = self._flagged[category]
        return {
            "id": category,
            "flagged": flagged,
            "review": self._review[category],
            "threshold": threshold,
            "share": asdict(Interval.of_share(flagged, scored)),
            "corrected": asdict(corrected(flagged, scored, rates)) if rates and not obstacle else None,
            "not_corrected": obstacle,
            "test": asdict(rates)
            | {"sensitivity": asdict(rates.sensitivity), "specificity": asdict(rates.specificity)}
            if rates
            else None,
        }

    def _shared_figures(self) -> dict[str, Any]:
        items = [(missed, each) for _, missed, each in self._shared.items() if each.count > 1]
        items.sort(key=lambda item: -item[1].count)
        return {
            "exact": self._shared.exact,
            "texts": [
                {
                    "text": excerpt(each.text, LETTERS),
                    "count": each.count,
                    "at_most": each.count + missed,
                    "categories": list(each.categories),
                    "file": _shown(PurePath(each.file).name),
                    "line": each.line,
                }
                for missed, each in items[:SHOWN]
            ],
        }

    def _source_figures(self, kind: str, columns: Sequence[str]) -> dict[str, Any]:
        known = self._sources[kind]
        items = [(key, missed, each) for key, missed, each in known.items()]
        items.sort(key=lambda item: (-item[2].flagged, -item[2].scored))
        rows = []
        for rank, (key, missed, each) in enumerate(items[:SHOWN], 1):
            match kind:
                case "file":
                    name = _shown(PurePath(str(key)).name)
                case "account":
                    name = str(rank) if key else ""  # told apart by its rank only
                case _:
                    name = str(key)
            rows.append(
                {
                    "name": name,
                    "scored": each.scored,
                    "at_most": each.scored + missed,
                    "review": each.review,
                    "flagged": each.flagged,
                    "share": asdict(Interval.of_share(each.flagged, each.scored)),
                    "categories": {c: each.categories[c] for c in self._manifest.categories},
                }
            )
        return {
            "kind": kind,
            "columns": list(columns),
            "exact": known.exact,
            "distinct": len(known) if known.exact else None,
            "rows": rows,
        }


def _columns(roles: Sequence[Roles], kind: str) -> list[str]:
    """The distinct columns that were taken, as they are named; a few."""
    found = dict.fromkeys(column for each in roles if (column := getattr(each, kind)) is not None)
    return [_shown(column) for column in list(found)[:_COLUMNS]]


@lru_cache(4096)
def _shown(name: str) -> str:
    return excerpt(name, _NAME_LETTERS)


def _source(value: Any) -> str:
    """A cell as a name; what can be none is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return "" if isinstance(value, float) and not isfinite(value) else str(value)[:_SOURCE_LETTERS].strip()


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest())
