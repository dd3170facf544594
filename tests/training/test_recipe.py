from pathlib import Path

import pytest

from saring.errors import RecipeError
from saring.training.recipe import load_recipe

RECIPES = sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_shipped_recipes_are_read(path: Path) -> None:
    plan = load_recipe(path)
    assert plan.kind == "linear" or plan.encoder is not None


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('kind = "transformer"\n[schedule]\nepoch = 3\n', "schedule.epoch"),
        ('kind = "forest"\n', "kind"),
        ('kind = "linear"\n[schedule]\nlearning_rate = -1\n', "schedule.learning_rate"),
        ("kind = \n", "not valid TOML"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(content)
    with pytest.raises(RecipeError, match=named) as caught:
        load_recipe(path)
    assert str(path) in str(caught.value)


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no recipe at .*nowhere\.toml"):
        load_recipe(tmp_path / "nowhere.toml")
