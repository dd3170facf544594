import json
import lzma
from pathlib import Path

import numpy as np
import pytest
import zstandard
from posts import post, vector

from saring.corpora.annotations import convert, read_annotations, read_unlabelled
from saring.corpora.keys import row_key
from saring.errors import CorpusError
from saring.taxonomy import taxonomy


def judged(folder: Path, *rows: tuple[str, str, dict[str, int | None]]) -> Path:
    clean = dict.fromkeys(taxonomy().ids, 0)
    lines = [
        json.dumps({"corpus": corpus, "text": text, "labels": {**clean, **labels}, "readers": 1})
        for corpus, text, labels in rows
    ]
    path = folder / "judged.jsonl.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress("\n".join(lines).encode()))
    return path


def test_judged_texts_become_keys_and_labels(tmp_path: Path) -> None:
    long, quirky = post(1, words=300), "Café di sini — ramah! " + post(2)
    rows = judged(
        tmp_path,
        ("a", long[:900], {"hoaks": 1, "sara": None}),
        ("a", quirky.replace("—", "-"), {"penghinaan": 1}),
        ("b", post(3), {}),
    )
    out = tmp_path / "annotations.csv"
    found = convert(rows, {"a": [(row_key(long), long), (row_key(quirky), quirky)]}, out)
    assert (found.matched, found.unmatched) == (2, {"b": 1})
    labels = read_annotations(out)
    assert set(labels) == {("a", row_key(long)), ("a", row_key(quirky))}
    assert np.array_equal(labels["a", row_key(long)], vector(hoaks=1, sara=np.nan), equal_nan=True)
    assert post(1)[:20] not in out.read_text()


def test_two_readings_of_one_row_that_contradict_leave_it_unknown(tmp_path: Path) -> None:
    rows = judged(tmp_path, ("a", post(1), {"hoaks": 1, "sara": 1}), ("a", post(1), {"sara": 1}))
    convert(rows, {"a": [(row_key(post(1)), post(1))]}, tmp_path / "out.csv")
    labels = read_annotations(tmp_path / "out.csv")["a", row_key(post(1))]
    assert np.array_equal(labels, vector(hoaks=np.nan, sara=1), equal_nan=True)


def test_a_wrong_cell_is_named(tmp_path: Path) -> None:
    path = tmp_path / "annotations.csv"
    columns = ["corpus", "key", *taxonomy().ids]
    path.write_text(",".join(columns) + "\na,k,1,0,,0,0,0,0,ya\n")
    with pytest.raises(CorpusError, match="line 2"):
        read_annotations(path)
    with pytest.raises(CorpusError, match="no annotations"):
        read_annotations(tmp_path / "none.csv")


def test_unlabelled_lines_end_at_line_feeds_alone(tmp_path: Path) -> None:
    text = "satu\u2028masih satu\ndua\n"
    (tmp_path / "informal.txt.xz").write_bytes(lzma.compress(text.encode()))
    rows = list(read_unlabelled("unlabelled/informal", tmp_path))
    assert rows == [(row_key("satu\u2028masih satu"), "satu\u2028masih satu"), (row_key("dua"), "dua")]
    with pytest.raises(CorpusError, match="SARING_UNLABELLED"):
        list(read_unlabelled("unlabelled/news", tmp_path))


def test_the_annotations_of_the_checkout_hold_labels_and_no_text() -> None:
    annotations = read_annotations()
    assert len(annotations) > 36_000
    assert all(len(key) == 16 and int(key, 16) >= 0 for _, key in annotations)
    assert (np.stack(list(annotations.values())) == 1).sum(axis=0).min() > 50
