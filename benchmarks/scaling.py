"""Memory and seconds per row by the length of the table, and Ray on one machine beside the one process.

    python benchmarks/scaling.py --rows 10000,100000,1000000
    python benchmarks/scaling.py --rows 1000000 --instant
    python benchmarks/scaling.py --rows 100000 --engines local,ray

The texts are drawn from the dataset; ``REPEATED`` of the rows repeat another row's text, the others end in
a number of their own. ``--instant`` scores with a model of no cost: memory depends on the table, not on how
long the model takes. Each run is a process of its own that opens the model and scores the table, as ``saring
score`` does; its peak is the kernel's (VmHWM). On a busy machine the time of a core says more than the clock.
With Ray neither the workers' time nor their memory is counted: their memory is the same for any length.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from pyarrow.parquet import ParquetWriter
from rich.console import Console
from rich.table import Table

REPEATED = 0.2
_BATCH = 10_000


def write_table(path: Path, rows: int, dataset: Path, seed: int = 0) -> None:
    """A Parquet table of ``rows`` posts, streamed to ``path``."""
    from saring.corpora.dataset import Dataset

    texts = list(Dataset.load(dataset).texts)
    chance = random.Random(seed)
    schema = pa.schema([("id", pa.int64()), ("teks", pa.string()), ("akun", pa.string())])

    def posts() -> Iterator[dict[str, object]]:
        recent = deque([chance.choice(texts)], maxlen=1000)
        for at in range(rows):
            if chance.random() < REPEATED:
                text = chance.choice(recent)
            else:
                text = f"{chance.choice(texts)} {at}"
                recent.append(text)
            yield {"id": at, "teks": text, "akun": f"akun{chance.randrange(rows)}"}

    with ParquetWriter(path, schema) as writer:
        batch = []
        for post in posts():
            batch.append(post)
            if len(batch) == _BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema))


def measure(source: Path, target: Path, model: str, engine: str, instant: bool) -> dict[str, float]:
    """Seconds to score ``source`` and the peak of resident memory in MB, of this process."""
    from contextlib import nullcontext

    from instant import Instant

    from saring.artefact.registry import Registry
    from saring.classifier import Classifier
    from saring.scoring.ray import ray_engine
    from saring.scoring.tables import score_table

    folder = Registry().resolve(model)
    classifier = Instant() if instant else Classifier.open(folder)
    with ray_engine(folder) if engine == "ray" else nullcontext() as scorer:
        began, before = time.perf_counter(), time.process_time()
        summary = score_table(source, target, classifier, engine=scorer)
        seconds, core = time.perf_counter() - began, time.process_time() - before
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return {"seconds": seconds, "core": core, "peak": peak, "repeated": summary.repeated / summary.scored}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--engines", default="local")
    parser.add_argument("--instant", action="store_true")
    parser.add_argument("--model", default="production")
    parser.add_argument("--dataset", type=Path, default=Path("build/dataset.parquet"))
    parser.add_argument("--measure", nargs=3, metavar=("SOURCE", "TARGET", "ENGINE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        source, target, engine = arguments.measure
        print(json.dumps(measure(Path(source), Path(target), arguments.model, engine, arguments.instant)))
        return
    if arguments.instant and arguments.engines != "local":
        parser.error("--instant is not a model that could travel to Ray's workers")
    table = Table("rows", "engine", "peak memory, MB", "seconds", "ms per row", "ms of a core", "repeated")
    for rows in map(int, arguments.rows.split(",")):
        with TemporaryDirectory(dir=".") as folder:
            source = Path(folder, "in.parquet")
            write_table(source, rows, arguments.dataset)
            outputs = []
            for engine in arguments.engines.split(","):
                outputs.append(Path(folder, f"{engine}.csv"))
                own = ["--measure", source, outputs[-1], engine, "--model", arguments.model]
                own += ["--instant"] * arguments.instant
                run = subprocess.run([sys.executable, __file__, *own], check=True, stdout=subprocess.PIPE)
                found = json.loads(run.stdout.splitlines()[-1])
                table.add_row(
                    f"{rows:,}",
                    engine,
                    f"{found['peak']:.0f}",
                    f"{found['seconds']:.1f}",
                    f"{1000 * found['seconds'] / rows:.3f}",
                    f"{1000 * found['core'] / rows:.3f}" if engine == "local" else "",
                    f"{found['repeated']:.1%}",
                )
            if len({output.read_bytes() for output in outputs}) > 1:
                sys.exit(f"{rows} rows: the engines wrote different bytes")
    Console().print(table)


if __name__ == "__main__":
    main()
