import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from posts import nearly, post

from saring.corpora.duplicates import SIMILAR, Groups, SimilarityIndex, group_rows
from saring.corpora.keys import row_key
from saring.corpora.signatures import signatures, skeleton
from saring.corpora.split import split_of


def grouped(sources: dict[str, list[str]], families: list[str] | None = None) -> Groups:
    names = [name for name, texts in sources.items() for _ in texts]
    texts = [text for source in sources.values() for text in source]
    keys = [row_key(text) for text in texts]
    return group_rows(names, keys, signatures(keys, texts), families)


def test_only_letters_count() -> None:
    assert skeleton("@budi BELI 2 di https://t.co/x !!!") == skeleton("beli 77 di")
    assert skeleton("🙂") != skeleton("🙃")


def test_near_duplicates_share_a_group_across_sources_and_others_do_not() -> None:
    groups = grouped({"a": [post(1), post(2)], "b": [nearly(post(1)), post(3)]})
    assert groups.names[0] == groups.names[2] == row_key(post(1))
    assert len(set(groups.names)) == 3
    assert not groups.straddling.any()


def test_a_chain_within_one_source_is_one_group() -> None:
    words = post(4, words=60).split()
    chain = [" ".join(words[start : start + 40]) for start in range(0, 20, 5)]
    assert len(set(grouped({"a": chain[::-1]}).names)) == 1


def bridge(same_side: bool) -> tuple[str, str, str]:
    """Two unlike texts, on one side of the split or on two, and one that is like both."""
    for seed in range(1000):
        words = post(seed, words=52).split()
        first, between, second = (" ".join(words[start : start + 40]) for start in (0, 6, 12))
        signed = signatures(["1", "2", "3"], [first, between, second]).minhashes
        alike = [np.mean(signed[one] == signed[other]) for one, other in ((0, 1), (1, 2), (0, 2))]
        sides = {split_of(row_key(text)) for text in (first, second)}
        if min(alike[:2]) > SIMILAR + 0.05 and alike[2] < SIMILAR - 0.05 and (len(sides) == 1) == same_side:
            return first, second, between
    raise AssertionError("no seed gives such texts")


def test_a_row_between_two_older_groups_of_one_side_joins_the_older() -> None:
    first, second, between = bridge(same_side=True)
    groups = grouped({"a": [first], "b": [second], "c": [between]})
    assert groups.names == [row_key(first), row_key(second), row_key(first)]
    assert not groups.straddling.any()


def test_a_row_between_two_sides_straddles() -> None:
    first, second, between = bridge(same_side=False)
    groups = grouped({"a": [first], "b": [second], "c": [between, post(6)]})
    assert groups.names[:3] == [row_key(first), row_key(second), row_key(first)]
    assert groups.straddling.tolist() == [False, False, True, False]


def test_a_family_stays_together() -> None:
    groups = grouped({"a": [post(7), post(8), post(9)]}, ["f", "", "f"])
    assert groups.names[0] == groups.names[2] != groups.names[1]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), min_size=1, max_size=8),
        min_size=2,
        max_size=4,
    )
)
def test_adding_a_source_never_moves_an_older_row(recipes: list[list[tuple[int, int, bool]]]) -> None:
    def text(seed: int, tail: int, joined: bool) -> str:
        base = post(seed, words=12) + " " + post(100 + tail, words=3)
        return f"{base} {post(seed + 1, words=12)}" if joined else base

    sources = {str(number): [text(*row) for row in rows] for number, rows in enumerate(recipes)}
    whole = grouped(sources)
    for cut in range(1, len(sources)):
        earlier = grouped({name: sources[name] for name in list(sources)[:cut]})
        assert earlier.names == whole.names[: len(earlier.names)]
        assert earlier.straddling.tolist() == whole.straddling[: len(earlier.names)].tolist()


def test_signatures_estimate_similarity_and_do_not_depend_on_the_cache(tmp_path) -> None:
    texts = [post(10, words=40), nearly(post(10, words=40)), post(11, words=40)]
    keys = [row_key(text) for text in texts]
    fresh = signatures(keys, texts, cache=tmp_path / "signatures")
    again = signatures(keys, texts, cache=tmp_path / "signatures")
    assert (fresh.minhashes == again.minhashes).all() and (fresh.skeletons == again.skeletons).all()
    assert np.mean(fresh.minhashes[0] == fresh.minhashes[1]) >= SIMILAR
    assert np.mean(fresh.minhashes[0] == fresh.minhashes[2]) < SIMILAR


def test_signatures_are_the_same_everywhere() -> None:
    minhash = signatures(["k"], ["Pelayanan di kelurahan cepat sekali"]).minhashes[0]
    assert minhash[:3].tolist() == [287521244, 139977469, 132646621]


def test_the_index_finds_what_was_added() -> None:
    found = signatures(["a", "b"], [post(12), post(13)])
    index = SimilarityIndex()
    index.add(7, found.minhashes[0])
    assert index.similar(found.minhashes[0]) == [7]
    assert index.similar(found.minhashes[1]) == []
    assert index.similar(found.minhashes[0], skip=lambda number: number == 7) == []


def test_the_split_keeps_its_shares() -> None:
    sides = [split_of(str(number)) for number in range(20_000)]
    shares = [sides.count(side) / len(sides) for side in ("train", "dev", "test")]
    assert np.allclose(shares, [0.78, 0.10, 0.12], atol=0.01)
    assert [split_of(name) for name in "abcg"] == ["dev", "train", "train", "dev"]
