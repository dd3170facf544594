"""The catalogue of corpora: where each comes from, how it is read and what its labels are worth."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import quote

from saring.errors import CorpusError
from saring.taxonomy import taxonomy

Role = Literal["train", "assumed-clean", "gauge", "test-only"]
"""What a corpus is for.

``train``: annotated rows and what the label rules give. ``assumed-clean``: every row is clean after
screening, to the trust of its rule. ``gauge``: measures false alarms. ``test-only``: never trained on.
"""

Format = Literal["csv", "xlsx", "json"]

CLEAN = "clean"
"""The category of a rule that says 0 for every category of the taxonomy."""

RAW_HOST = "https://raw.githubusercontent.com"
"""Gives the files of a GitHub repository at a commit, byte for byte."""

_CHECKOUT = Path(__file__).resolve().parents[3]
_DIGEST_LENGTH = 64


@dataclass(frozen=True, slots=True)
class LabelRule:
    """What a corpus' own columns say about one category, and how far to trust them.

    ``where``: every column holds one of its values (none: every row). ``files`` and ``text`` narrow
    the rule to some files and to one text column.
    """

    category: str
    value: Literal[0, 1]
    trust: float
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    text: str | None = None

    @property
    def soft(self) -> float:
        """The label between 0 and 1: the trust for a 1, what is left of it for a 0."""
        return self.trust if self.value else round(1 - self.trust, 6)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that the rule labels."""
        return taxonomy().ids if self.category == CLEAN else (self.category,)

    def holds(self, file: str, text: str, cells: Mapping[str, str]) -> bool:
        """Whether the rule labels the text column ``text`` of a row with these ``cells``."""
        if (self.files and file not in self.files) or (self.text and text != self.text):
            return False
        return all(cells.get(column, "").strip() in values for column, values in self.where.items())


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One file: the cleaned copy ``name`` (CSV, zstd) and the ``original`` that it was made from.

    ``header``: the original's first row names its columns; otherwise ``columns`` does, and
    ``copy_header`` says whether the copy was given a first row of names. ``texts`` are the columns
    that each hold a text of its own. A text ends where one of ``cut`` begins, and loses the
    characters of ``strip`` at both ends.
    """

    name: str
    digest: str
    original: str
    original_digest: str
    repository: str
    commit: str
    path: str
    texts: tuple[str, ...]
    format: Format = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quoted: bool = True
    header: bool = True
    copy_header: bool = True
    columns: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    strip: str = ""

    @property
    def origin(self) -> str:
        """Owner, repository, commit and path of the original, quoted for a URL."""
        repository = self.repository.removeprefix("https://github.com/")
        return f"{repository}/{self.commit}/{quote(self.path)}"

    @property
    def url(self) -> str:
        """Where the original can be fetched."""
        return f"{RAW_HOST}/{self.origin}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus of the catalogue; ``licence`` is an SPDX identifier or says in words what is known."""

    id: str
    title: str
    about: str
    licence: str
    permissive: bool
    citation: str
    role: Role
    files: tuple[CorpusFile, ...]
    labels: tuple[LabelRule, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Catalogue:
    """All corpora, in the order of the file."""

    corpora: tuple[Corpus, ...]

    @cached_property
    def _by_id(self) -> dict[str, Corpus]:
        return {corpus.id: corpus for corpus in self.corpora}

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the corpora."""
        return tuple(corpus.id for corpus in self.corpora)

    def __getitem__(self, corpus_id: str) -> Corpus:
        """The corpus named ``corpus_id``; raises ``CorpusError`` naming the known ids."""
        try:
            return self._by_id[corpus_id]
        except KeyError:
            raise CorpusError(f"no corpus {corpus_id!r}; the catalogue has {', '.join(self.ids)}") from None

    def permissive(self) -> "Catalogue":
        """Only the corpora whose licence lets a model be passed on under any terms with attribution."""
        return Catalogue(tuple(corpus for corpus in self.corpora if corpus.permissive))


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read the catalogue, by default ``data/catalogue.toml`` of the checkout.

    Raises ``CorpusError`` that names the corpus and the field that is wrong.
    """
    path = path or _CHECKOUT / "data" / "catalogue.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CorpusError(f"no catalogue at {path}: {error.strerror}; run from a checkout") from error
    except tomllib.TOMLDecodeError as error:
        raise CorpusError(f"{path} is not TOML: {error}") from error
    corpora = tuple(_corpus(entry) for entry in raw.get("corpus", []))
    ids = [corpus.id for corpus in corpora]
    if repeated := sorted({corpus_id for corpus_id in ids if ids.count(corpus_id) > 1}):
        raise CorpusError(f"{path} names {', '.join(repeated)} more than once")
    return Catalogue(corpora)


def find_corpora_root() -> Path | None:
    """The folder that holds the corpora, or ``None``.

    It is ``SARING_CORPORA``, or beside the checkout ``shared/corpora/labelled``, or in it
    ``data/corpora``, where ``saring data fetch`` puts the originals.
    """
    if named := os.environ.get("SARING_CORPORA"):
        return Path(named)
    places = (_CHECKOUT.parent / "shared" / "corpora" / "labelled", default_destination())
    return next((place for place in places if place.is_dir()), None)


def corpora_root() -> Path:
    """The folder that holds the corpora; raises ``CorpusError`` saying how to get one."""
    root = find_corpora_root()
    if root is None:
        raise CorpusError("no corpora here: run `saring data fetch`, or set SARING_CORPORA to their folder")
    if not root.is_dir():
        raise CorpusError(f"SARING_CORPORA is {root}, which is not a folder; correct it or unset it")
    return root


def default_destination() -> Path:
    """Where fetched originals go when no other place is named: ``data/corpora`` of the checkout."""
    return _CHECKOUT / "data" / "corpora"


def _corpus(entry: Mapping[str, Any]) -> Corpus:
    name = entry.get("id")
    if not isinstance(name, str):
        raise CorpusError("a corpus of the catalogue has no id")
    try:
        fields = {key: value for key, value in entry.items() if key not in ("repository", "commit")}
        origin = {key: entry[key] for key in ("repository", "commit") if key in entry}
        fields["files"] = tuple(_file({**origin, **file}) for file in fields.pop("file"))
        fields["labels"] = tuple(_rule(rule) for rule in fields.pop("label", []))
        corpus = Corpus(**fields)
        _check(corpus)
    except KeyError as error:
        raise CorpusError(f"corpus {name} has no {error.args[0]}") from error
    except (TypeError, ValueError) as error:
        raise CorpusError(f"corpus {name}: {str(error).replace('.__init__()', '')}") from error
    return corpus


def _file(entry: Mapping[str, Any]) -> CorpusFile:
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    text = fields.pop("text")
    fields["texts"] = (text,) if isinstance(text, str) else text
    if "columns" in fields:
        fields = {"header": False, "copy_header": False, **fields}
    return CorpusFile(**fields)


def _rule(entry: Mapping[str, Any]) -> LabelRule:
    fields = dict(entry)
    fields["files"] = tuple(fields.get("files", ()))
    fields["where"] = {
        column: tuple(value) if isinstance(value, list) else (value,)
        for column, value in fields.get("where", {}).items()
    }
    return LabelRule(**fields)


def _check(corpus: Corpus) -> None:
    if corpus.role not in get_args(Role):
        raise ValueError(f"role is {corpus.role!r}, not one of {', '.join(get_args(Role))}")
    if not isinstance(corpus.permissive, bool):
        raise ValueError("permissive is neither true nor false")
    for file in corpus.files:
        if not file.texts:
            raise ValueError(f"file {file.name} names no text column")
        if file.format not in get_args(Format):
            raise ValueError(f"file {file.name} is read as {file.format!r}, which nothing reads")
        if not file.header and not file.columns:
            raise ValueError(f"file {file.name} has no header, so it needs columns")
        for digest in (file.digest, file.original_digest):
            if len(digest) != _DIGEST_LENGTH or set(digest) - set("0123456789abcdef"):
                raise ValueError(f"file {file.name} has {digest!r} where a SHA-256 should stand")
    names = {file.name for file in corpus.files}
    for rule in corpus.labels:
        if rule.category not in (CLEAN, *taxonomy().ids):
            raise ValueError(f"label for {rule.category!r}, which the taxonomy does not have")
        if rule.value not in (0, 1) or not 0 <= rule.trust <= 1:
            raise ValueError(f"label for {rule.category}: value is 0 or 1 and trust between 0 and 1")
        if rule.category == CLEAN and rule.value:
            raise ValueError("a clean label has the value 0")
        if unknown := set(rule.files) - names:
            raise ValueError(f"label for {rule.category} names unknown files: {', '.join(sorted(unknown))}")
