"""The service under load, beside the handler that everybody writes first.

    python benchmarks/load.py                          # 60 s for each number of clients; about 12 minutes
    python benchmarks/load.py --quick                  # a look, without judging times

One run asks one process of the service, over loopback, for real posts: by 1, 8, 64 and 256 clients, each of
which asks again when it is answered and waits as it is told when it is refused; then at four times the most
that was answered, whether or not it keeps up; then until ``--requests`` were answered, for its memory; and
while two versions are promoted in turn, in a copy of the models. ``naive_service.py`` is asked in between, a
third as long each, and a tenth under overload. What asks is one process beside the server's, and shares the
machine with it. The table goes to standard output, as Markdown; the status is 1 where what must hold did not.
"""

import argparse
import asyncio
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from asking import Tally, arrivals, closed_loop, post
from served import SARING, Server, served
from timing import machine, thinned

from saring.artefact.registry import MODEL_NAME, REGISTRY, Registry
from saring.backends.onnx import cores
from saring.corpora.dataset import Dataset

OVERLOAD = 4
SLOWER = 3
"""How many times the p95 of one client that of accepted requests may be under overload."""
GROWTH = 10.0
"""Megabytes that the process may grow by after a tenth of the requests."""
POSTS, LONGEST = 5_000, 10_000
SAMPLES = 10


@dataclass
class Plan:
    """What a run does."""

    seconds: float = 60.0
    requests: int = 200_000
    clients: Sequence[int] = (1, 8, 64, 256)
    promotions: int = 10
    judged: bool = True
    """Whether times and memory must be as promised; a look is too short to say."""


@dataclass
class Report:
    """Rows of the table, what else was measured, and what did not hold."""

    rows: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, load: str, tally: Tally) -> None:
        times = " | ".join(f"{tally.milliseconds(at):.1f}" for at in (50, 95, 99))
        row = f"| {name} | {load} | {tally.rate:,.0f} | {times} | {tally.statuses[503]:,} | {tally.wrong:,} |"
        self.rows.append(row)
        print(row, file=sys.stderr, flush=True)
        if tally.wrong:
            self.hold(False, f"{name}, {load}: {dict(tally.statuses)}, {dict(tally.errors)}")

    def note(self, text: str) -> None:
        self.notes.append(text)
        print(text, file=sys.stderr, flush=True)

    def hold(self, holds: bool, what: str) -> None:
        if not holds:
            self.failures.append(what)

    def markdown(self) -> str:
        head = "| | load | answers/s | p50 ms | p95 ms | p99 ms | 503 | errors |"
        return "\n".join([head, "| --- |" + " --- |" * 7, *self.rows, "", *self.notes])


async def measure(plan: Plan, saring: Server, naive: Server, requests: Sequence[bytes]) -> Report:
    report = Report()
    answered = 0
    memory: list[tuple[int, float]] = []
    for server in (saring, naive):  # the first answers are slower than all others
        await closed_loop(server.port, requests, 8, seconds=plan.seconds / 20)
    best, unloaded, best_naive = 0.0, 0.0, 0.0
    for clients in plan.clients:
        tally = await closed_loop(saring.port, requests, clients, seconds=plan.seconds)
        report.add("Saring", f"{clients} client{'s' * (clients > 1)}", tally)
        answered += tally.statuses.total()
        memory.append((answered, saring.megabytes))
        best = max(best, tally.rate)
        unloaded = unloaded or tally.milliseconds(95)
        tally = await closed_loop(naive.port, requests, clients, seconds=plan.seconds / 3)
        report.add("naive", f"{clients} client{'s' * (clients > 1)}", tally)
        best_naive = max(best_naive, tally.rate)
    tally = await arrivals(naive.port, requests, OVERLOAD * best_naive, plan.seconds / 10)
    report.add("naive", f"{OVERLOAD * best_naive:,.0f} a second", tally)
    tally = await arrivals(saring.port, requests, OVERLOAD * best, plan.seconds)
    report.add("Saring", f"{OVERLOAD * best:,.0f} a second", tally)
    answered += tally.statuses.total()
    memory.append((answered, saring.megabytes))
    slower = tally.milliseconds(95) / unloaded
    said = f"At {OVERLOAD} times what was answered at most, p95 is {slower:.1f} x that of 1 client."
    report.note(said)
    if plan.judged:
        report.hold(slower < SLOWER, said)
        report.hold(tally.statuses[503] > 0, "nothing was refused under overload")
    await _steady(plan, saring, requests, answered, memory)
    _tell_memory(plan, memory, report)
    return report


async def _steady(
    plan: Plan, saring: Server, requests: Sequence[bytes], answered: int, memory: list[tuple[int, float]]
) -> None:
    """Ask until ``plan.requests`` are answered."""
    step = max(1, (plan.requests - answered) // SAMPLES)
    while answered < plan.requests:
        tally = await closed_loop(saring.port, requests, 64, count=min(step, plan.requests - answered))
        answered += tally.statuses.total()
        memory.append((answered, saring.megabytes))


def _tell_memory(plan: Plan, memory: Sequence[tuple[int, float]], report: Report) -> None:
    """Hold what the process has at the end against what it had after a tenth of the requests."""
    settled = next(megabytes for count, megabytes in memory if count >= plan.requests / 10)
    said = ", ".join(f"{megabytes:.0f} MB after {count:,}" for count, megabytes in memory)
    report.note(f"Resident memory by requests answered: {said}.")
    if plan.judged:
        report.hold(memory[-1][1] - settled < GROWTH, f"memory grew from {settled:.0f} MB: {said}")


async def promote(
    plan: Plan, saring: Server, models: Path, requests: Sequence[bytes], report: Report
) -> None:
    """Promote two versions in turn while 8 clients ask."""
    registry = Registry(models)
    current = registry.production_version()
    others = [version for version in registry.versions() if version != current]
    if not (current and others):
        report.note("There is one version only, so nothing was promoted.")
        return
    ended = False
    asking = asyncio.create_task(closed_loop(saring.port, requests, 8, stop=lambda: ended))
    try:
        for at in range(plan.promotions):
            version = (others[-1], current)[at % 2]
            await asyncio.to_thread(registry.promote, MODEL_NAME, version, "load.py", "to and fro under load")
            async with asyncio.timeout(60):
                while json.loads(await asyncio.to_thread(saring.get, "/model"))["version"] != version:
                    await asyncio.sleep(0.1)
    finally:
        ended = True
        tally = await asking
    report.add("Saring", f"8 clients, {plan.promotions} promotions", tally)
    report.hold(not tally.statuses[503], "requests were refused while models were promoted")


def bodies(dataset: Path) -> list[bytes]:
    """Posts whose lengths are spread as those of the dataset, as bodies of ``/classify``."""
    texts = [text for text in Dataset.load(dataset).texts if len(text) <= LONGEST]
    picked = thinned(texts, min(POSTS, len(texts)))
    return [json.dumps({"text": text}, ensure_ascii=False).encode() for text in picked]


def run(plan: Plan, models: Path, dataset: Path) -> Report:
    """Start both servers on a copy of ``models`` and measure."""
    requests = [post("/classify", body) for body in bodies(dataset)]
    with TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(models / MODEL_NAME, home / "models" / MODEL_NAME)
        shutil.copy(models / REGISTRY, home / "models")
        usual = {"SARING_MODELS": str(home / "models"), "SARING_DATA_DIR": str(home / "data")}
        handler = str(Path(__file__).with_name("naive_service.py"))
        with (
            served(["-c", SARING], usual, home / "saring.log") as saring,
            served([handler], usual, home / "naive.log", ready="/openapi.json") as naive,
        ):
            report = asyncio.run(measure(plan, saring, naive, requests))
            asyncio.run(promote(plan, saring, home / "models", requests, report))
    return report


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=Plan.seconds)
    parser.add_argument("--requests", type=int, default=Plan.requests)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--models", type=Path, default=Registry().root)
    parser.add_argument("--dataset", type=Path, default=Path("build/dataset.parquet"))
    arguments = parser.parse_args()
    plan = (
        Plan(seconds=1, requests=500, clients=(1, 8), promotions=2, judged=False)
        if arguments.quick
        else Plan(seconds=arguments.seconds, requests=arguments.requests)
    )
    report = run(plan, arguments.models, arguments.dataset)
    print(f"On {machine(cores())}, shared by the server and what asks:\n\n{report.markdown()}")
    for failure in report.failures:
        print(f"does not hold: {failure}", file=sys.stderr)
    return bool(report.failures)


if __name__ == "__main__":
    sys.exit(main())
