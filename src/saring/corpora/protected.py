"""Texts that a model is tested on, and how a line of other text is known to repeat one."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from saring.corpora.catalogue import corpora_root, load_catalogue
from saring.corpora.dataset import Dataset
from saring.corpora.decoding import decode
from saring.corpora.readers import read_corpus
from saring.text import normalise

_LETTERS = 60
# Sources mask handles, links and numbers differently, so none of them counts.
_NOT_COMPARED = re.compile(r"user|httpurl|number|phone|email|[\W\d_]")
_LINK = re.compile(r"(?:https?://|www\.|\bt\.co/)\S+", re.IGNORECASE)


def opening(normalised: str) -> str:
    """The first 60 letters of a normalised text; texts with the same opening are taken for repeats."""
    return _NOT_COMPARED.sub("", normalised)[:_LETTERS]


def openings(texts: Iterable[str]) -> frozenset[str]:
    """The openings of ``texts`` as they were sent, their links left out: unlabelled text has them masked."""
    return frozenset(opening(normalise(_LINK.sub(" ", text)).text) for text in texts)


def protected_texts(known: Dataset) -> dict[str, list[str]]:
    """Texts by where they are tested: dev and test rows of ``known``, test-only corpora, HS1 folds.

    The folds stand beside the corpora, in ``benchmarks/hs1``; where they are not at hand, their list is
    empty. Raises ``CorpusError`` when a test-only corpus is missing.
    """
    root = corpora_root()
    rows = zip(known.texts, known.splits, strict=True)
    texts = {"dev and test rows": [text for text, split in rows if split != "train"]}
    for corpus in load_catalogue().corpora:
        if corpus.role == "test-only":
            texts[corpus.id] = [row.text for row in read_corpus(corpus, root)]
    return texts | {"HS1 folds": list(_hs1_tweets(root.parent / "benchmarks" / "hs1"))}


def _hs1_tweets(folds: Path) -> Iterator[str]:
    import zstandard

    for path in sorted(folds.glob("test*.csv.zst")):  # together the tests are all of the tweets
        with path.open("rb") as stream:
            content = zstandard.ZstdDecompressor().stream_reader(stream).read().decode("utf-8")
        for row in csv.DictReader(io.StringIO(content, newline="")):
            yield decode(row["Tweet"])
