from hypothesis import given
from hypothesis import strategies as st

from saring.batching import batches


@given(lengths=st.lists(st.integers(0, 50), max_size=80), budget=st.integers(1, 200))
def test_every_item_once_within_the_budget(lengths: list[int], budget: int) -> None:
    found = [batch.tolist() for batch in batches(lengths, budget)]
    assert sorted(at for batch in found for at in batch) == list(range(len(lengths)))
    for batch in found:
        assert (
            len(batch) == 1
            or len(batch) * max(lengths[at] for at in batch) <= budget
            or not any(lengths[at] for at in batch)
        )


def test_like_lengths_stand_together() -> None:
    assert [batch.tolist() for batch in batches([1, 9, 1, 9, 1], 18)] == [[1, 3], [0, 2, 4]]
