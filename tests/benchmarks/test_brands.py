from collections import Counter
from dataclasses import replace

import brands
import numpy as np
import pytest
from small_training import rows

from saring.corpora.dataset import Dataset

NAMES = "kuda77 tupaitoto bangau4d anggrekslot melati138".split()


@pytest.fixture(scope="module")
def posts() -> Dataset:
    """Promotions of five brands among ordinary posts; every third promotion has a twin of another brand."""
    data = rows(400)
    texts, groups = list(data.texts), list(data.groups)
    promotions = brands.promotions(data).tolist()
    for count, row in enumerate(promotions):
        texts[row] += f" di {NAMES[count % len(NAMES)]}"
        if count % 3 == 2:
            groups[row] = groups[promotions[count - 1]]
    return replace(data, texts=texts, groups=groups)


def test_spaces_digits_and_letters_in_disguise_do_not_hide_a_listed_brand() -> None:
    data = rows(4)
    for row, text in enumerate(["a l e x i s 1 7 gas", "𝐀𝐋𝐄𝐗𝐈𝐒𝟏𝟕", "main di AL3XIS17", "kopi pagi"]):
        data.texts[row] = text
    assert brands.brands_of(data) == [{"alexis17"}] * 3 + [frozenset()]


def test_folds_hold_about_as_many_promotions_each() -> None:
    counts = Counter({f"brand{number}": 1 + 97 * number % 31 for number in range(60)})
    fold_of = brands.deal(counts)
    held = Counter()
    for brand, fold in fold_of.items():
        held[fold] += counts[brand]
    assert len(held) == brands.FOLDS
    assert max(held.values()) - min(held.values()) <= max(counts.values())


def test_nothing_of_an_unseen_brand_is_learnt(posts: Dataset) -> None:
    named = brands.brands_of(posts)
    unseen = {brands.squeeze("kuda77")}
    sides = brands.split(posts, named, unseen, seed=0)
    asked = np.concatenate([sides.unseen, sides.seen, sides.clean])
    groups = np.array(posts.groups)
    assert len(sides.unseen) and len(sides.seen) and len(sides.clean) and len(sides.dev)
    assert all(named[row] == unseen for row in sides.unseen)
    for known in (sides.train, sides.dev):
        assert not any(named[row] & unseen for row in known)
        assert not set(groups[known]) & set(groups[asked])
    labels = posts.labels[:, brands.CATEGORY]
    assert labels[sides.unseen].all() and labels[sides.seen].all() and not labels[sides.clean].any()
