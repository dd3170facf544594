"""The categories and the circular's points: the only place that names them is ``taxonomy.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["id", "en"]


@dataclass(frozen=True, slots=True)
class Localised:
    """A text in Indonesian and English."""

    id: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in ``language``."""
        return self.id if language == "id" else self.en


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the circular SE Menpan RB 137/2018, in our own words."""

    number: int
    text: Localised


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the policy: what it is, what falls under it and what does not."""

    id: str
    code: str
    name: Localised
    definition: Localised
    yes: Localised
    no: Localised
    guideline: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The policy's categories in their order, and the circular's points."""

    categories: tuple[Category, ...]
    points: tuple[Point, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Category ids in the policy's order."""
        return tuple(category.id for category in self.categories)

    def index(self, category_id: str) -> int:
        """Position of ``category_id``; raises ``ValueError`` naming the known ids."""
        try:
            return self.ids.index(category_id)
        except ValueError:
            known = ", ".join(self.ids)
            raise ValueError(f"unknown category {category_id!r}; known: {known}") from None


@cache
def taxonomy() -> Taxonomy:
    """The taxonomy that travels with the package."""
    raw = tomllib.loads(files("saring").joinpath("taxonomy.toml").read_text(encoding="utf-8"))
    return Taxonomy(
        categories=tuple(
            Category(
                id=entry["id"],
                code=entry["code"],
                guideline=tuple(entry["guideline"]),
                **{key: Localised(**entry[key]) for key in ("name", "definition", "yes", "no")},
            )
            for entry in raw["category"]
        ),
        points=tuple(Point(entry["number"], Localised(**entry["text"])) for entry in raw["point"]),
    )
