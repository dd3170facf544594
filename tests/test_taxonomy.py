import pytest

from saring.taxonomy import Localised, taxonomy

POLICY_ORDER = {
    "hoaks": (3, 6, 7),
    "sara": (5, 8),
    "provokasi": (5, 7),
    "radikalisme": (1, 7),
    "pornografi": (2, 7, 8),
    "perjudian": (8,),
    "penghinaan": (2, 7, 8),
    "ancaman": (8,),
}
FOR_THE_PRIVACY_CHECKS = {3, 4}


def test_the_categories_stand_in_the_policys_order_with_their_points() -> None:
    assert {category.id: category.guideline for category in taxonomy().categories} == POLICY_ORDER
    assert taxonomy().ids == tuple(POLICY_ORDER)


def test_each_category_has_a_letter_of_its_own() -> None:
    assert "".join(category.code for category in taxonomy().categories) == "hsprxjna"


def test_everything_is_said_in_both_languages() -> None:
    said: list[Localised] = [point.text for point in taxonomy().points]
    for category in taxonomy().categories:
        said += [category.name, category.definition, category.yes, category.no]
    for text in said:
        assert text.in_("id").strip() and text.in_("en").strip()
    sentences = [text for text in said if len(text.id) > 30]
    assert all(text.id != text.en for text in sentences)


def test_every_point_is_covered_by_a_category_or_left_to_the_privacy_checks() -> None:
    covered = {number for category in taxonomy().categories for number in category.guideline}
    numbers = [point.number for point in taxonomy().points]
    assert numbers == list(range(1, 9))
    assert covered | FOR_THE_PRIVACY_CHECKS == set(numbers)
    for point in taxonomy().points:
        assert ("privacy checks" in point.text.en) == (point.number in FOR_THE_PRIVACY_CHECKS)
        assert ("pemeriksaan privasi" in point.text.id) == (point.number in FOR_THE_PRIVACY_CHECKS)


def test_index_names_the_known_categories_when_asked_for_another() -> None:
    assert taxonomy().index("perjudian") == 5
    with pytest.raises(ValueError, match=r"unknown category 'judi'.*hoaks, sara"):
        taxonomy().index("judi")


def test_the_taxonomy_is_read_once() -> None:
    assert taxonomy() is taxonomy()
