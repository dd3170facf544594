import numpy as np
import pytest
import timing


def test_all_take_their_turn_in_each_round() -> None:
    order: list[str] = []
    seconds = timing.interleaved({name: lambda name=name: order.append(name) for name in "ab"}, rounds=2)
    assert order == ["a", "b"] * 3, "once untimed, then twice"
    assert seconds.keys() == {"a", "b"}
    assert all(busy >= 0 and 0 < wall < 1 for wall, busy in seconds.values())


def test_a_few_posts_are_as_long_as_all() -> None:
    posts = ["x" * length for length in range(1, 1001)]
    few = timing.thinned(posts, 10)
    assert sorted(map(len, few)) == list(range(51, 1001, 100))
    assert few == timing.thinned(posts[::-1], 10), "whatever their order"
    assert sorted(timing.thinned(posts, 1000)) == sorted(posts)


def test_operations_of_a_bert() -> None:
    # one layer of width 2 that widens to 4: four products of 2 by 2 and two of 2 by 4 for each token,
    # then each of 3 tokens with each of 3, once for the scores and once for their mean
    dense, attention = 3 * (4 * 2 * 2 + 2 * 2 * 4), 2 * 3 * 3 * 2
    assert timing.operations([3], layers=1, hidden=2, inner=4) == 2 * (dense + attention)
    assert timing.operations([3, 3], layers=2, hidden=2, inner=4) == 4 * 2 * (dense + attention)


def test_integer_products_are_timed_on_true_ones() -> None:
    (product,) = timing.integer_product(3, 8, 5, 1)()
    assert product.shape == (3, 5) and product.dtype == np.int32
    assert np.abs(product).max() > 0


@pytest.mark.parametrize(("cores", "ends"), [(1, ", 1 core"), (2, ", 2 cores")])
def test_the_machine_is_named(cores: int, ends: str) -> None:
    assert timing.machine(cores).endswith(ends)
