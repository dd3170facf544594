"""Numbers, dates and names in the report's two languages."""

from dataclasses import dataclass
from datetime import date

from saring.taxonomy import Language, taxonomy

_MONTHS: dict[Language, str] = {
    "id": "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}
_DAYS: dict[Language, str] = {
    "id": "Senin Selasa Rabu Kamis Jumat Sabtu Minggu",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
_SPACE = "\N{NO-BREAK SPACE}"
_NONE = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Wording:
    """How one language writes what the page shows."""

    language: Language

    def t(self, indonesian: str, english: str) -> str:
        """The one of two texts that is in this language."""
        return indonesian if self.language == "id" else english

    def n(self, number: float, digits: int = 0) -> str:
        """A number with its thousands divided: 1.234 or 1,234."""
        written = f"{number:,.{digits}f}"
        return written.translate(str.maketrans(",.", ".,")) if self.language == "id" else written

    def share(self, share: float | None) -> str:
        """A share of 100: with more digits, the smaller it is; a dash where there is none."""
        if share is None:
            return _NONE
        percent = 100 * share
        digits = 1 if percent >= 1 or percent == 0 else 2 if percent >= 0.1 else 3
        if 0 < percent < 0.0005:
            return f"<{_SPACE}{self.n(0.001, 3)}{_SPACE}%"
        return f"{self.n(percent, digits if percent not in (0, 100) else 0)}{_SPACE}%"

    def mark(self, share: float) -> str:
        """A share of 100 on an axis: no more digits than it has."""
        digits = f"{100 * share:.6f}".rstrip("0").partition(".")[2]
        return f"{self.n(100 * share, len(digits))}{_SPACE}%"

    def between(self, low: float | None, high: float | None) -> str:
        """An interval of shares."""
        if low is None or high is None:
            return _NONE
        first, last = self.share(low), self.share(high)
        return f"{first.removesuffix(f'{_SPACE}%')}{_NONE}{last}"

    def day(self, iso: str, unit: str = "day") -> str:
        """A day, or the month that begins with it: 5 Jan 2024."""
        day = date.fromisoformat(iso)
        month = f"{_MONTHS[self.language].split()[day.month - 1]}{_SPACE}{day.year}"
        return month if unit == "month" else f"{day.day}{_SPACE}{month}"

    def weekday(self, at: int) -> str:
        """The name of a day of the week; 0 is Monday."""
        return _DAYS[self.language].split()[at]

    def category(self, identity: str) -> str:
        """The name of a category."""
        known = taxonomy()
        return known.categories[known.index(identity)].name.in_(self.language)

    def categories(self, identities: list[str]) -> str:
        """The names of several."""
        return ", ".join(map(self.category, identities))
