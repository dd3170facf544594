"""Settings from the environment."""

from pathlib import Path

import pytest

from saring_serve.settings import Settings, SettingsError


def test_without_variables_the_defaults_hold() -> None:
    settings = Settings.from_environment({"SARING_MAX_TEXTS": " "})
    assert settings == Settings()
    assert (settings.limits.characters, settings.limits.texts) == (10_000, 256)


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "SARING_MODELS": "/srv/models",
            "SARING_MODEL": "lain",
            "SARING_MODEL_POLL": "2.5",
            "SARING_MAX_CHARACTERS": "1",
            "SARING_MAX_TEXTS": "2",
            "SARING_QUEUE_CHARACTERS": "3",
            "SARING_QUEUE_BULK_CHARACTERS": "4",
            "SARING_BATCH_CHARACTERS": "5",
            "SARING_BATCH_WAIT": "0",
        }
    )
    assert (settings.models, settings.model, settings.model_poll) == (Path("/srv/models"), "lain", 2.5)
    assert (settings.limits.characters, settings.limits.texts) == (1, 2)
    queue = settings.queue
    assert (queue.single, queue.bulk, queue.batch, queue.wait) == (3, 4, 5, 0.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SARING_MAX_TEXTS", "0"),
        ("SARING_MAX_CHARACTERS", "banyak"),
        ("SARING_BATCH_CHARACTERS", "1.5"),
        ("SARING_BATCH_WAIT", "-1"),
        ("SARING_BATCH_WAIT", "nan"),
        ("SARING_MODEL_POLL", "0"),
        ("SARING_MODEL_POLL", "inf"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be .* not '{value}'"):
        Settings.from_environment({name: value})
