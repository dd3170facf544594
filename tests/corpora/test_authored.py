from pathlib import Path

import pytest
from posts import post, vector

from saring.corpora.authored import authored_dataset, authored_files, read_authored
from saring.corpora.catalogue import load_catalogue
from saring.corpora.order import ordered, source_order
from saring.corpora.split import split_of
from saring.errors import CorpusError


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_a_row_is_text_codes_and_function(tmp_path: Path) -> None:
    rows = list(read_authored(written(tmp_path, "a.tsv", "satu ⏎ dua\tsn\tslur", "tiga\t-\tordinary")))
    assert rows[0].text == "satu\ndua"
    assert rows[0].labels.tolist() == vector(sara=1, penghinaan=1).tolist()
    assert rows[1].labels.tolist() == vector().tolist()


@pytest.mark.parametrize("line", ["text\tz\tf", "text\t\tf", "text\t-", "\t-\tf"])
def test_a_wrong_row_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(CorpusError, match="line 2"):
        list(read_authored(written(tmp_path, "a.tsv", "fine\t-\tf", line)))


@pytest.mark.parametrize(
    ("name", "functions", "families"),
    [
        ("contrast_pairs", ["pair_porn_widow", "pair_porn_widow2", "pair_porn_x"], 2),
        ("long_posts", ["a", "b", "a", "b", "a", "b", "a"], 2),
        ("stance", ["sara_deed_001", "sara_report_001", "sara_deed_002", "hoaks_deed_001"], 3),
        ("short", ["insult", "insult"], 1),
    ],
)
def test_rows_written_against_one_another_are_a_family(
    tmp_path: Path, name: str, functions: list[str], families: int
) -> None:
    lines = [f"{post(at)}\t-\t{function}" for at, function in enumerate(functions)]
    path = written(tmp_path, f"{name}.tsv", *lines)
    assert len({row.family for row in read_authored(path)}) == families


def test_the_authored_texts_of_the_checkout_are_a_dataset() -> None:
    dataset = authored_dataset()
    assert len(dataset) > 7000
    assert set(dataset.origins) == {"authored"}
    assert all(split_of(group) == side for group, side in zip(dataset.groups, dataset.splits, strict=True))
    assert (dataset.labels >= 0.5).sum(axis=0).min() > 100


def test_every_source_of_the_checkout_has_its_place_in_the_order() -> None:
    sources = {*load_catalogue().ids, *(f"authored/{path.stem}" for path in authored_files())}
    assert sources <= set(source_order())


def test_an_unlisted_source_stands_last() -> None:
    assert ordered(["new", "b", "a"], ["a", "b", "c"]) == ["a", "b", "new"]
