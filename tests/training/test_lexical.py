import numpy as np
import pytest
import torch

from saring.errors import RecipeError
from saring.training.lexical import LexicalHead, fit_lexical
from saring.training.recipe import LexicalRecipe

VOCABULARY, START, END = 30, 2, 3
NOT, DEED = 10, 11


@pytest.fixture(scope="module")
def head() -> LexicalHead:
    """Fitted on sentences in which the deed's piece counts, except right after the denial's."""
    rng = np.random.default_rng(0)
    rows, labels = [], []
    for number in range(400):
        words = list(map(int, rng.integers(15, VOCABULARY, 6)))
        match number % 4:
            case 0:
                words[2:3] = [DEED]
            case 1:
                words[2:4] = [NOT, DEED]
            case 2:
                words[4:5] = [NOT]
        rows.append([START, *words, END])
        labels.append([1.0 if number % 4 == 0 else 0.0, np.nan])
    return fit_lexical(
        rows, np.array(labels, np.float32), np.ones(400), VOCABULARY, LexicalRecipe(buckets=512)
    )


def logits(head: LexicalHead, *rows: list[int]) -> torch.Tensor:
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    contributions = head(ids, mask)
    assert contributions.shape == (len(rows), longest, 2)
    assert not contributions[mask == 0].any()
    return contributions.sum(dim=1) + head.bias


def test_a_pair_speaks_where_its_pieces_alone_do_not(head: LexicalHead) -> None:
    done, denied = logits(head, [START, 20, DEED, 21, END], [START, 20, NOT, DEED, END])[:, 0]
    assert done > 0 > denied


def test_padding_changes_nothing(head: LexicalHead) -> None:
    alone = logits(head, [START, 20, DEED, END])
    padded = logits(head, [START, 20, DEED, END], [START, 16, 17, 18, 19, 20, END])
    torch.testing.assert_close(alone[0], padded[0])


def test_a_category_without_labels_says_nothing(head: LexicalHead) -> None:
    constant = logits(head, [START, 20, DEED, END], [START, 16, END])[:, 1]
    assert constant[0] == constant[1]


def test_a_table_without_room_for_pairs_is_refused() -> None:
    labels = np.zeros((1, 2), np.float32)
    with pytest.raises(RecipeError, match="must exceed the 30 pieces"):
        fit_lexical([[START, END]], labels, np.ones(1), VOCABULARY, LexicalRecipe(buckets=30))
