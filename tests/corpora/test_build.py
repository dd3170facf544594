from pathlib import Path

import numpy as np
from posts import nearly, pool, post, vector

from saring.corpora.build import build_dataset, gauge_rows
from saring.corpora.dataset import Dataset
from saring.corpora.keys import row_key
from saring.corpora.split import split_of


def on(side: str, count: int = 1, start: int = 0) -> list[str]:
    """Posts whose group, when they are its oldest member, stands on ``side``."""
    texts = [text for text in map(post, range(start, start + 600)) if split_of(row_key(text)) == side]
    return texts[:count]


def column(dataset: Dataset, key: str, name: str) -> object:
    return getattr(dataset, name)[dataset.keys.index(key)]


def test_annotations_win_over_corpus_labels(tmp_path: Path) -> None:
    (text,) = on("train")
    judged = {("a", row_key(text)): vector(sara=1)}
    corpora = {"a": [(text, "1")], "b": [(f"{text}!", "1")]}
    dataset = build_dataset(pool(tmp_path, corpora, annotations=judged))
    assert dataset.origins == ["annotation"], "the copy in b differs by a mark alone"
    assert dataset.labels[0].tolist() == vector(sara=1).tolist()


def test_corpus_labels_are_soft_and_only_train(tmp_path: Path) -> None:
    rows = [(text, "1") for side in ("train", "dev", "test") for text in on(side, 2)]
    dataset = build_dataset(pool(tmp_path, {"a": rows}))
    assert sorted(dataset.texts) == sorted(on("train", 2))
    assert set(dataset.splits) == {"train"}
    insult = dataset.labels[:, 6]
    assert np.allclose(insult, 0.9)
    assert np.isnan(np.delete(dataset.labels, 6, axis=1)).all()


def test_an_annotated_row_stands_on_its_groups_side_and_is_cut_as_it_was_judged(tmp_path: Path) -> None:
    text = next(long for seed in range(99) if split_of(row_key(long := post(seed, words=300))) == "test")
    dataset = build_dataset(
        pool(tmp_path, {"a": [(text, "0")]}, annotations={("a", row_key(text)): vector(penghinaan=1)})
    )
    assert dataset.splits == ["test"]
    assert dataset.texts == [text[:900]] and len(text) > 900
    assert dataset.keys == [row_key(text)]


def test_contradicting_corpora_leave_the_label_unknown(tmp_path: Path) -> None:
    one, other = on("train", 2)
    dataset = build_dataset(pool(tmp_path, {"a": [(one, "1"), (other, "1")], "b": [(one, "0")]}))
    assert np.isnan(dataset.labels[dataset.keys.index(row_key(one)), 6])
    assert np.isclose(dataset.labels[dataset.keys.index(row_key(one)), 0], 0.05)
    assert np.isclose(dataset.labels[dataset.keys.index(row_key(other)), 6], 0.9)


def test_contradicting_annotations_of_one_text_leave_the_label_unknown(tmp_path: Path) -> None:
    (text,) = on("train")
    judged = {("a", row_key(text)): vector(sara=1), ("b", row_key(text)): vector()}
    dataset = build_dataset(pool(tmp_path, {"a": [(text, "0")], "b": [(text, "0")]}, annotations=judged))
    assert len(dataset) == 1
    assert np.isnan(dataset.labels[0, 1]) and dataset.labels[0, 0] == 0


def test_what_resembles_a_test_only_corpus_never_trains(tmp_path: Path) -> None:
    trained, held = on("train", 2)
    rows = [(trained, "1"), (held, "1"), (nearly(held), "1")]
    corpora = {"a": rows, "probe": [(nearly(held, "lagi"), "0")]}
    judged = {("a", row_key(nearly(held))): vector(hoaks=1)}
    dataset = build_dataset(pool(tmp_path, corpora, roles={"probe": "test-only"}, annotations=judged))
    assert dataset.texts == [trained]


def test_annotated_rows_of_a_test_only_corpus_stand_in_test(tmp_path: Path) -> None:
    (text,) = on("train")
    judged = {("probe", row_key(text)): vector(hoaks=1)}
    dataset = build_dataset(
        pool(tmp_path, {"probe": [(text, "0")]}, roles={"probe": "test-only"}, annotations=judged)
    )
    assert dataset.splits == ["test"]


def test_rows_against_the_minor_safety_rule_never_enter(tmp_path: Path) -> None:
    (text,) = on("train")
    refused = f"{text} payudara ibu"
    judged = {("a", row_key(refused)): vector()}
    found = pool(tmp_path, {"a": [(text, "1"), (refused, "1")]}, annotations=judged)
    assert found.unsafe == 1
    assert found.judged_missing == 1
    assert build_dataset(found).texts == [text]


def test_the_cap_holds_for_each_pattern_and_keeps_the_same_rows(tmp_path: Path) -> None:
    texts = on("train", 12)
    rows = [(text, "1") for text in texts[:6]] + [(text, "0") for text in texts[6:]]
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = build_dataset(pool(tmp_path / "one", {"a": rows}), rows_per_pattern=2)
    second = build_dataset(pool(tmp_path / "two", {"a": rows[::-1]}), rows_per_pattern=2)
    assert len(first) == 4
    assert sorted(first.keys) == sorted(second.keys)


def test_a_permissive_build_leaves_closed_sources_out_and_splits_alike(tmp_path: Path) -> None:
    closed, open_row = on("train", 2)
    authored = tmp_path / "ours.tsv"
    authored.write_text(f"{post(5000)}\tn\tshort_insult\n", encoding="utf-8")
    found = pool(
        tmp_path,
        {"closed": [(closed, "1")], "open": [(open_row, "1"), (nearly(closed), "1")]},
        closed=["closed"],
        annotations={("closed", row_key(closed)): vector()},
        authored=[authored],
    )
    whole, permissive = build_dataset(found), build_dataset(found, licence="permissive")
    assert "closed" in whole.corpora
    assert set(permissive.corpora) == {"open", "authored/ours"}
    for key in permissive.keys:
        if key in whole.keys:
            assert column(permissive, key, "splits") == column(whole, key, "splits")
    assert column(permissive, row_key(nearly(closed)), "groups") == row_key(closed)


def test_authored_rows_stand_where_their_family_does(tmp_path: Path) -> None:
    authored = tmp_path / "contrast_pairs.tsv"
    lines = [f"{post(6000 + row)}\t{'-' if row % 2 else 'hn'}\tpair_{row // 3}_x" for row in range(30)]
    authored.write_text("\n".join(lines) + "\n", encoding="utf-8")
    dataset = build_dataset(pool(tmp_path, {"a": [(post(0), "0")]}, authored=[authored]))
    ours = dataset.where([origin == "authored" for origin in dataset.origins])
    assert len(ours) == 30
    assert all(len(set(ours.groups[at : at + 3])) == 1 for at in range(0, 30, 3))
    assert len(set(ours.groups)) == 10
    assert ours.labels[0].tolist() == vector(hoaks=1, penghinaan=1).tolist()
    assert ours.splits == [split_of(group) for group in ours.groups]


def test_the_gauge_holds_clean_rows_that_training_never_saw(tmp_path: Path) -> None:
    trained, tested = on("train", 2), on("test", 2)
    corpora = {
        "ministry": [(trained[0], "0"), (tested[0], "0"), (nearly(trained[1]), "0"), (post(7000), "1")],
        "reviews": [(trained[1], "0"), (tested[1], "0")],
        "talk": [(post(7001), "0")],
    }
    roles = {"ministry": "gauge", "reviews": "assumed-clean", "talk": "train"}
    judged = {("ministry", row_key(tested[0])): vector(penghinaan=1)}
    gauge = gauge_rows(pool(tmp_path, corpora, roles=roles, annotations=judged))
    assert sorted(gauge.texts) == sorted([trained[0], tested[1]])
    assert set(gauge.splits) == {"test"}
    assert (gauge.labels == 0).all()
