"""Object storage, against an S3-compatible server that runs beside the tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from saring.classifier import Classifier
from saring.errors import InputError
from saring.scoring.places import file_system
from saring.scoring.tables import score_table


@pytest.fixture(scope="module")
def settings() -> Iterator[str]:
    """What an address must say so that it leads to the server."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        yield f"?scheme=http&endpoint_override=127.0.0.1:{port}&region=us-east-1"
    finally:
        server.stop()


def test_from_storage_and_back(
    tmp_path: Path, model_folder: Path, settings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "tests",
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }.items():
        monkeypatch.setenv(name, value)
    system, _ = file_system(f"s3://saring{settings}&allow_bucket_creation=true")
    system.create_dir("saring")
    for name, content in (
        ("a.csv", b"teks,n\nslot gacor,1\n,2\n"),
        ("dalam/b.jsonl", b'{"teks": "kucing"}\n'),
    ):
        with system.open_output_stream(f"saring/in/{name}") as stream:
            stream.write(content)
    classifier = Classifier.open(model_folder)

    summary = score_table(f"s3://saring/in{settings}", f"s3://saring/out/all.csv.gz{settings}", classifier)
    assert (summary.read, summary.scored, summary.flagged) == (3, 2, 1)
    assert summary.rejections == "s3://saring/out/all.rejected.jsonl"
    with system.open_input_file("saring/out/all.rejected.jsonl") as stream:
        assert b'{"file": "s3://saring/in/a.csv", "line": 3' in stream.read()
    again = tmp_path / "again.jsonl"
    assert score_table(f"s3://saring/in/*.csv{settings}", tmp_path / "one.csv", classifier).read == 2
    with pytest.raises(InputError, match="'flagged' already"):
        score_table(f"s3://saring/out/all.csv.gz{settings}", again, classifier)
    with pytest.raises(InputError, match=r"s3://saring/gone\.csv cannot be read"):
        score_table(f"s3://saring/gone.csv{settings}", again, classifier)
    assert not list((tmp_path / "cache").rglob("*.npz"))
