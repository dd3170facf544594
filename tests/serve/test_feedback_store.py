"""The store by itself, on SQLite and on a real PostgreSQL: migrations, odd texts, export into training."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fake_service import FakeClassifier, FakeSource, running
from postgresql import postgresql
from sqlalchemy import text as sql
from typer.testing import CliRunner

from saring.cli.app import app
from saring.corpora.added import read_added
from saring.corpora.keys import row_key
from saring.errors import InputError
from saring.taxonomy import taxonomy
from saring_serve.app import create_app
from saring_serve.keys import key_digest
from saring_serve.settings import Settings, StoreSettings
from saring_serve.store.corrections import Store
from saring_serve.store.database import StoreError, open_database
from saring_serve.store.export import export_labels
from saring_serve.store.jobs import JobStore
from saring_serve.store.keys import opened
from saring_serve.store.tables import Base, Correction, Job, JobState

HEAD = "0003"  # the last migration
ODD = 'kata "kutip",\r\nbaris 😀 a\x00b'


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreSettings]:
    """An empty database."""
    if request.param == "sqlite":
        yield StoreSettings(data=tmp_path / "data", text=True)
        return
    yield (settings := StoreSettings(database_url=request.getfixturevalue("server"), text=True))
    engine = open_database(settings)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(sql("DROP TABLE alembic_version"))
    engine.dispose()


@pytest.fixture
def store(settings: StoreSettings) -> Iterator[Store]:
    store = Store.open(settings)
    yield store
    store.close()


def correction(text: str, labels: dict[str, int], *, days: float = 0, stored: bool = True) -> Correction:
    return Correction(
        created=datetime.now(UTC) - timedelta(days=days),
        key=row_key(text),
        labels=labels,
        text=text if stored else None,
    )


def test_migrations_lead_to_the_tables_as_they_are_mapped(settings: StoreSettings) -> None:
    with ThreadPoolExecutor(4) as threads:  # services that start at once
        for engine in threads.map(open_database, [settings] * 4):
            with engine.connect() as connection:
                context = MigrationContext.configure(connection)
                assert compare_metadata(context, Base.metadata) == []
                assert context.get_current_revision() == HEAD
            engine.dispose()


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    engine = open_database(StoreSettings(data=tmp_path))
    with engine.connect() as connection:
        assert connection.execute(sql("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(sql("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(sql("PRAGMA secure_delete")).scalar() == 1
    engine.dispose()


def test_a_database_of_a_newer_version_is_left_alone(settings: StoreSettings) -> None:
    engine = open_database(settings)
    with engine.begin() as connection:
        connection.execute(sql("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="another version"):
        open_database(settings)
    with engine.begin() as connection:
        connection.execute(sql(f"UPDATE alembic_version SET version_num = '{HEAD}'"))
    engine.dispose()


def test_keys_are_kept_beside_corrections(settings: StoreSettings) -> None:
    with opened(settings) as keys:
        first, _ = keys.add("cms", "classify", 60), keys.add("bot", "admin")
        [bot, cms] = keys.all()
        assert (cms.name, cms.role, cms.rate, cms.digest) == ("cms", "classify", 60, key_digest(first))
        assert (bot.name, bot.role, bot.rate) == ("bot", "admin", None)
        keys.revoke("cms")
        assert [key.name for key in keys.all()] == ["bot"]
        assert keys.add("cms", "review") != first


def test_what_is_added_comes_back(store: Store) -> None:
    sent = correction(ODD, {"sara": 1, "hoaks": 0})
    created = sent.created
    number = store.add(sent)
    [row] = store.all()
    assert (row.id, row.text, row.labels, row.created) == (number, ODD, {"hoaks": 0, "sara": 1}, created)


def test_old_texts_go_and_their_labels_stay(store: Store) -> None:
    store.add(correction("lama", {"sara": 1}, days=10))
    store.add(correction("baru", {"sara": 1}, days=1))
    before = datetime.now(UTC) - timedelta(days=5)
    assert [store.expire(before), store.expire(before)] == [1, 0]
    assert [row.text for row in store.all()] == [None, "baru"]
    assert store.counts().labels["sara", 1] == 2


def test_jobs_are_handed_out_in_turn_and_change_only_as_they_may(settings: StoreSettings) -> None:
    engine = open_database(settings)
    jobs, now = JobStore(engine), datetime.now(UTC)

    def add(id_: str, state: JobState, minutes: int) -> None:
        created = now + timedelta(minutes=minutes)
        jobs.add(Job(id=id_, name=ODD, state=state, created=created, expires=now, rows=2, text_column=ODD))

    for minutes, id_ in enumerate("abc"):
        add(id_, "queued", minutes)
    add("d", "waiting", 3)
    model = {"folder": "/models/1", "name": "saring-id", "version": "1"}
    assert jobs.take("b", model) and not jobs.take("d", model) and not jobs.take("x", model)
    assert [job.id for job in jobs.unfinished()] == ["b", "a", "c"]
    found, ahead = jobs.get("c", now) or (None, 0)
    assert found is not None and (found.name, found.text_column, ahead) == (ODD, ODD, 2)
    assert jobs.get("d", now) is None and jobs.get("d", now - timedelta(seconds=1)) is not None
    assert jobs.start("d", "teks", "as asked") and not jobs.start("d", "teks", "as asked")
    later = now + timedelta(hours=1)
    assert jobs.finish("b", later, summary={"read": 2}) and jobs.finish("a", now, problem={"code": "x"})
    assert not jobs.finish("a", later, summary={"read": 2})
    done, _ = jobs.get("b", now) or (None, 0)
    assert done is not None and (done.state, done.summary, done.model) == ("done", {"read": 2}, model)
    assert jobs.expire(now) == ["a"] and sorted(jobs.ids()) == ["b", "c", "d"]
    assert jobs.delete("c") and not jobs.delete("c")
    engine.dispose()


def test_corrections_become_rows_of_training(store: Store, settings: StoreSettings, tmp_path: Path) -> None:
    posts = tmp_path / "posts.csv"
    posts.write_text("text\n  hanya di berkas \nlain\n", encoding="utf-8")
    store.add(correction(ODD, {"perjudian": 1, "sara": 0}))
    store.add(correction(ODD, {"sara": 0, "perjudian": 1}))
    store.add(correction("hanya di berkas", {"ancaman": 1}, stored=False))
    store.add(correction("tidak di mana pun", {"ancaman": 1}, stored=False))
    store.add(correction("dua pendapat", {"hoaks": 1}))
    store.add(correction("dua pendapat", {"hoaks": 0}))
    waiting = store.counts().waiting
    assert (waiting.ready, waiting.without_text, waiting.conflicting) == (1, 2, 1)

    exported = export_labels(settings, tmp_path / "labels.csv", texts=[posts])
    assert (exported.rows, exported.without_text) == (2, 1)
    assert [[one.labels["hoaks"] for one in group] for group in exported.conflicts] == [[1, 0]]
    added, summary = read_added([exported.path])
    assert (summary.rows, summary.repeated) == (2, 0)
    by_text = dict(zip(added.texts, added.labels, strict=True))
    assert by_text.keys() == {ODD, "hanya di berkas"}
    expected = [{"perjudian": 1, "sara": 0}.get(id_, np.nan) for id_ in taxonomy().ids]
    np.testing.assert_array_equal(by_text[ODD], expected)
    waiting = store.counts().waiting
    assert (waiting.ready, waiting.without_text, waiting.conflicting) == (0, 1, 1)

    latest = export_labels(settings, tmp_path / "latest.csv", latest=True)
    added, _ = read_added([latest.path])
    assert added.labels[list(added.texts).index("dua pendapat"), 0] == 0
    assert store.counts().waiting.conflicting == 0
    with pytest.raises(InputError, match="is there already"):
        export_labels(settings, tmp_path / "latest.csv")


def test_the_command_shows_conflicts_and_leaves_them_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SARING_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    store = Store.open(StoreSettings(data=tmp_path))
    for labels, reviewer in (({"sara": 1}, "sari"), ({"sara": 0}, "budi")):
        sent = correction("dua [pendapat]", labels)
        sent.reviewer = reviewer
        store.add(sent)
    store.close()
    out = tmp_path / "labels.csv"
    run = CliRunner()
    shown = run.invoke(app, ["feedback", "export", "--out", str(out)])
    assert shown.exit_code == 0, shown.output
    assert all(part in shown.stdout for part in ("dua [pendapat]", "sari", "sara=1", "budi", "sara=0"))
    assert not out.exists()
    assert run.invoke(app, ["feedback", "export", "--out", str(out), "--latest"]).exit_code == 0
    assert read_added([out])[1].rows == 1


@pytest.mark.anyio
async def test_the_service_keeps_corrections_in_postgresql(server: str, tmp_path: Path) -> None:
    settings = Settings.from_environment({"SARING_DATABASE_URL": server, "SARING_STORE_TEXT": "1"})
    async with running(create_app(settings, FakeSource(FakeClassifier()))) as client:
        await client.post("/classify", json={"text": ODD})
        response = await client.post("/feedback", json={"text": ODD, "labels": {"sara": 0}, "note": "a\x00"})
        assert response.json()["kept"] == ["key", "labels", "verdict", "text", "note"]
        assert (await client.get("/feedback/summary")).json()["agreement"]["agreed"] == 1
        unreachable = replace(settings.store, database_url=f"postgresql:///x?host={tmp_path}")
    async with running(
        create_app(replace(settings, store=unreachable), FakeSource(FakeClassifier()))
    ) as client:
        assert (await client.get("/feedback/summary")).status_code == 503
        assert (await client.post("/classify", json={"text": "slot"})).status_code == 200
