from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from saring.scoring.report.sketches import Frequent, Sample

keys = st.lists(st.integers(0, 12), max_size=200)


class Seen:
    def __init__(self) -> None:
        self.count = 0


def counted(capacity: int, of: list[int]) -> Frequent[Seen]:
    frequent = Frequent(capacity, Seen)
    for key in of:
        frequent.see(key).count += 1
    return frequent


@given(keys)
def test_counts_are_exact_while_there_is_room(of: list[int]) -> None:
    frequent = counted(13, of)
    assert frequent.exact
    assert {key: seen.count for key, _, seen in frequent.items()} == Counter(of)


@given(keys, st.integers(1, 6))
def test_beyond_it_memory_is_bounded_and_the_truth_lies_between(of: list[int], capacity: int) -> None:
    frequent, truth = counted(capacity, of), Counter(of)
    assert len(frequent) <= capacity
    for key, missed, seen in frequent.items():
        assert seen.count <= truth[int(str(key))] <= seen.count + missed
    if frequent.exact:
        assert len(truth) <= capacity


def test_what_is_frequent_stays_among_many_that_come_once() -> None:
    of = [0 if at % 4 == 0 else at for at in range(100_000)]
    found = {key: (missed, seen.count) for key, missed, seen in counted(64, of).items()}
    assert found[0] == (0, 25_000)


@given(st.lists(st.integers(0, 2**64), max_size=60), st.randoms(use_true_random=False))
def test_a_sample_does_not_hang_on_order_or_repeats(of: list[int], random) -> None:
    sample, other = Sample[int](10), Sample[int](10)
    for key in of:
        sample.offer(key, key)
    for key in random.sample(of + of, 2 * len(of)):
        other.offer(key, key)
    assert sample.items() == other.items() == {key: key for key in sorted(set(of))[:10]}
    assert sample.whole == other.whole == (len(set(of)) <= 10)
