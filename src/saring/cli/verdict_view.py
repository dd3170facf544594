"""A verdict for the eye: the text with its evidence marked, what was flagged, and the guideline."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from saring.taxonomy import Language, taxonomy
from saring.verdict import CategoryVerdict, Verdict

BAR = 16

_MARKS = {
    True: ("#000000 on #fbd5cd", "#000000 on #f2937f", "bold #ffffff on #c0392b"),
    False: ("#000000 on #fdf0c4", "#000000 on #fadf83", "#000000 on #f2c233"),
}
_NOT_FOR_TERMINALS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class _Words:
    flagged: str
    review: str
    below: str
    clean: str
    of: str
    threshold: str
    nearest: str
    others: str
    points: str
    guideline: str
    read: str
    windows: str
    decimal: str


_LANGUAGES: dict[str, _Words] = {
    "id": _Words(
        flagged="DITANDAI",
        review="PERLU DITINJAU",
        below="di bawah ambang, perlu ditinjau",
        clean="TIDAK DITANDAI",
        of="dari",
        threshold="ambang",
        nearest="Terdekat",
        others="Lainnya paling tinggi",
        points="pedoman butir",
        guideline="Pedoman SE Menpan RB 137/2018, dengan kata-kata kami",
        read="karakter dibaca",
        windows="jendela",
        decimal=",",
    ),
    "en": _Words(
        flagged="FLAGGED",
        review="WORTH A LOOK",
        below="below the threshold, worth a look",
        clean="NOT FLAGGED",
        of="of",
        threshold="threshold",
        nearest="Nearest",
        others="Highest of the others",
        points="guideline",
        guideline="Circular SE Menpan RB 137/2018, in our words",
        read="characters read",
        windows="windows",
        decimal=".",
    ),
}


class VerdictView:
    """Prints verdicts in ``language``; the first without a rule above it."""

    def __init__(self, language: Language, console: Console | None = None) -> None:
        self._language = language
        self._words = _LANGUAGES[language]
        self._console = console or Console(highlight=False, markup=False, emoji=False)
        self._first = True

    def show(self, text: str, verdict: Verdict) -> None:
        """Print the verdict on ``text``."""
        console = self._console
        if not self._first:
            console.rule(style="dim")
        self._first = False
        flagged = [category for category in verdict.categories if category.flagged]
        review = [category for category in verdict.categories if category.decision == "review"]
        others = [category for category in verdict.categories if category.decision == "clear"]
        console.print()
        console.print(Padding(marked(text, verdict.categories), (0, 2)))
        console.print()
        console.print(Padding(self._headline(flagged, review), (0, 2)))
        for category in (*flagged, *review):
            console.print()
            console.print(Padding(self._category(category), (0, 2)))
        console.print()
        if others:
            console.print(Padding(self._others(others, bool(flagged or review)), (0, 2)))
        if flagged or review:
            console.print(Padding(self._guideline((*flagged, *review)), (1, 2)))
        console.print(Padding(self._footer(verdict), (0, 2)))
        console.print()

    def _headline(self, flagged: Sequence[CategoryVerdict], review: Sequence[CategoryVerdict]) -> Text:
        words = self._words
        if flagged:
            count = f"  {len(flagged)} {words.of} {len(taxonomy().ids)}"
            return Text.assemble((f" {words.flagged} ", "bold #ffffff on #c0392b"), (count, "dim"))
        if review:
            return Text.assemble((f" {words.review} ", "bold #000000 on #f2c233"))
        return Text.assemble((f" {words.clean} ", "bold #ffffff on #1e7d4f"))

    def _category(self, category: CategoryVerdict) -> Table:
        colour = "#d9533f" if category.flagged else "#d19a00"
        head = Table.grid(padding=(0, 1, 0, 0), expand=True)
        head.add_column(ratio=1)
        head.add_column(justify="right", no_wrap=True)
        head.add_column(no_wrap=True)
        head.add_column(justify="right", no_wrap=True, min_width=len(self._words.threshold) + 6)
        head.add_row(
            Text(self._name(category), style="bold"),
            Text(self._percent(category.probability), style=f"bold {colour}"),
            _bar(category.probability, category.threshold, colour),
            Text(f"{self._words.threshold} {self._percent(category.threshold)}", style="dim"),
        )
        body = Table.grid(expand=True)
        body.add_row(head)
        if category.evidence:
            by_weight = sorted(category.evidence, key=lambda each: -each.weight)
            body.add_row(
                Text(" · ".join(shown(each.text) for each in by_weight), style=colour, overflow="fold")
            )
        points = ", ".join(str(number) for number in category.guideline)
        state = "" if category.flagged else f"{self._words.below} · "
        body.add_row(Text(f"{state}{self._words.points} {points}", style="dim"))
        return body

    def _others(self, others: Sequence[CategoryVerdict], any_shown: bool) -> Text:
        highest = max(others, key=lambda category: category.probability)
        lead = self._words.others if any_shown else self._words.nearest
        return Text(
            f"{lead}: {self._name(highest)} {self._percent(highest.probability)} "
            f"({self._words.threshold} {self._percent(highest.threshold)})",
            style="dim",
        )

    def _guideline(self, categories: Sequence[CategoryVerdict]) -> Table:
        numbers = {number for category in categories for number in category.guideline}
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(justify="right", style="dim")
        grid.add_column()
        for point in taxonomy().points:
            if point.number in numbers:
                grid.add_row(str(point.number), point.text.in_(self._language))
        framed = Table.grid()
        framed.add_row(Text(self._words.guideline, style="dim"))
        framed.add_row(grid)
        return framed

    def _footer(self, verdict: Verdict) -> Text:
        read, words = verdict.read, self._words
        return Text(
            f"{verdict.model.name} {verdict.model.version} · "
            f"{read.characters} {words.of} {read.of} {words.read} · {words.windows}: {read.windows}",
            style="dim",
        )

    def _name(self, category: CategoryVerdict) -> str:
        return taxonomy().categories[taxonomy().index(category.id)].name.in_(self._language)

    def _percent(self, share: float) -> str:
        if 0.9995 <= share < 1:
            return f">99{self._words.decimal}9%"
        return f"{100 * share:.1f}%".replace(".", self._words.decimal)


def marked(text: str, categories: Sequence[CategoryVerdict]) -> Text:
    """The text, safe to print, with its evidence in colour: the stronger, the deeper."""
    out = Text(shown(text), overflow="fold")
    for flagged in (False, True):  # what was flagged lies over what was not
        for category in categories:
            if category.flagged != flagged or not category.evidence:
                continue
            strongest = max(each.weight for each in category.evidence)
            for each in category.evidence:
                level = min(2, int(3 * each.weight / strongest))
                out.stylize(_MARKS[flagged][level], each.start, each.end)
    return out


def shown(text: str) -> str:
    """``text`` without what could steer a terminal; every character keeps its place."""
    return _NOT_FOR_TERMINALS.sub(lambda control: " " if control[0] in "\t\r" else "\ufffd", text)


def _bar(share: float, threshold: float, colour: str) -> Text:
    """A bar filled to ``share`` with a mark at ``threshold``."""
    filled, mark = round(share * BAR), min(BAR - 1, round(threshold * BAR))
    bar = Text()
    for cell in range(BAR):
        if cell == mark:
            bar.append("┃", style="bold")
        else:
            bar.append("━", style=colour if cell < filled else "dim")
    return bar
