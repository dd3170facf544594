"""The report's page: the figures of ``report.json`` in two languages, in one file that asks for nothing."""

from collections.abc import Mapping
from typing import Any

from saring.errors import MissingExtraError
from saring.scoring.report.figures import REMEMBERED, SAMPLED, SHOWN
from saring.scoring.report.wording import Wording

READING_SPEED = 200
"""Words a minute, for a rough idea of how long the posts to review take."""

_TEMPLATES = "templates"


def check_jinja() -> None:
    """Raises ``MissingExtraError`` where pages cannot be made: better before the scoring than after."""
    try:
        import jinja2  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingExtraError("a report", "jinja2", "score") from error


def rendered(figures: Mapping[str, Any]) -> str:
    """The page; whatever stands in ``figures`` is text in it, never markup."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from saring.scoring.report import charts

    environment = Environment(
        loader=PackageLoader("saring.scoring.report", _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("page.html")
    return page.render(
        f=figures,
        charts=charts,
        wordings=[Wording("id"), Wording("en")],
        reading_speed=READING_SPEED,
        remembered=REMEMBERED,
        sampled=SAMPLED,
        shown=SHOWN,
        most_flagged=max(figures["categories"], key=lambda each: each["flagged"]),
        by_share=sorted(figures["categories"], key=lambda each: -each["flagged"]),
    )
