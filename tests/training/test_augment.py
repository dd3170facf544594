import numpy as np
import pytest

from saring.corpora.dataset import dataset_of
from saring.training.augment import augment, brands, vary_brands
from saring.training.recipe import AugmentationRecipe

POST = "Modal receh di KUDA77 langsung cair, cek httpurl kuda77, bukan Anggrektoto atau maxwin 50rb"


def test_brands_are_renamed_alike_and_nothing_else_is() -> None:
    varied = vary_brands(POST, np.random.default_rng(0))
    names = brands(varied)
    assert brands(POST) == ["kuda77", "kuda77", "anggrektoto"]
    assert names[0] == names[1] != names[2]
    assert not set(names) & {"kuda77", "anggrektoto"}
    rest = POST.replace("KUDA77", names[0].upper()).replace("kuda77", names[0])
    assert varied == rest.replace("Anggrektoto", names[2].capitalize())


def test_every_made_up_name_looks_like_one() -> None:
    rng = np.random.default_rng(1)
    names = {brands(vary_brands("main di kuda77", rng))[0] for _ in range(500)}
    assert len(names) > 450


@pytest.mark.parametrize("plain", ["temen2 beli 100rb, jam 17 di lt2", "menyabet juara bundesliga", ""])
def test_ordinary_words_are_no_brands(plain: str) -> None:
    assert vary_brands(plain, np.random.default_rng(0)) is plain


def test_names_in_mathematical_letters_are_found() -> None:
    assert brands("gas ke 𝐊𝐔𝐃𝐀𝟕𝟕 sekarang") == ["kuda77"]


def test_a_share_of_texts_is_rewritten_and_labels_stay() -> None:
    labels = np.zeros((400, 8), np.float32)
    labels[::2, 5] = 1
    texts = [f"{POST} nomor {number}" for number in range(400)]
    same = ["x"] * 400
    data = dataset_of(texts, same, texts, texts, ["train"] * 400, list(labels), ["authored"] * 400)
    changed = augment(data, AugmentationRecipe(renamed_brands=0.5, rewritten=0.0), seed=0)
    renamed = np.array([before != after for before, after in zip(data.texts, changed.texts, strict=True)])
    assert not renamed[1::2].any()
    assert 60 < renamed[::2].sum() < 140
    assert (changed.labels == data.labels).all()
    assert augment(data, AugmentationRecipe(renamed_brands=0, rewritten=0), seed=0).texts == data.texts
    rewritten = augment(data, AugmentationRecipe(renamed_brands=0, rewritten=0.2), seed=0)
    assert 40 < sum(a != b for a, b in zip(data.texts, rewritten.texts, strict=True)) < 120
