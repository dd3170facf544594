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
            "SARING_DATA_DIR": "/srv/data",
            "SARING_DATABASE_URL": "postgresql://saring:rahasia@db/saring",
            "SARING_STORE_TEXT": "1",
            "SARING_RETENTION_DAYS": "30",
        }
    )
    assert (settings.models, settings.model, settings.model_poll) == (Path("/srv/models"), "lain", 2.5)
    assert (settings.limits.characters, settings.limits.texts) == (1, 2)
    queue = settings.queue
    assert (queue.single, queue.bulk, queue.batch, queue.wait) == (3, 4, 5, 0.0)
    assert settings.store.file == Path("/srv/data/saring.sqlite")
    assert settings.store.database_url == "postgresql://saring:rahasia@db/saring"
    assert (settings.store.text, settings.store.retention) == (True, 30)
    assert "rahasia" not in repr(settings)


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
        ("SARING_STORE_TEXT", "ya"),
        ("SARING_RETENTION_DAYS", "0"),
        ("SARING_RETENTION_DAYS", "99999999999"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be .* not '{value}'"):
        Settings.from_environment({name: value})


def test_a_wrong_database_url_is_refused_without_its_password() -> None:
    with pytest.raises(SettingsError, match="SARING_DATABASE_URL must be postgresql://") as refusal:
        Settings.from_environment({"SARING_DATABASE_URL": "mysql://saring:rahasia@db/saring"})
    assert "rahasia" not in str(refusal.value)
