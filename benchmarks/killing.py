"""``saring score`` killed at ten moments by chance, and run again: the output must be the same to the byte.

    python benchmarks/killing.py TABLE [--kills 10] [--seed 0] [OPTIONS OF saring score]

The first run is left alone, and measured; then each run gets SIGKILL somewhere within the time of the last
run that ended, until as many have been killed as asked; the last one is left alone again.
"""

import argparse
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    arguments, options = parser.parse_known_args()
    chance = random.Random(arguments.seed)
    with TemporaryDirectory(dir=".") as folder:
        whole, target = Path(folder, "whole.csv"), Path(folder, "out.csv")

        def score(output: Path) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "saring.cli.app", "score", arguments.table, "-o", output]
            return subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)

        began = time.perf_counter()
        if score(whole).wait():
            sys.exit(f"{arguments.table} cannot be scored: run saring score to see why")
        seconds = time.perf_counter() - began
        print(f"left alone: {seconds:.1f} s", flush=True)
        killed = 0
        while killed < arguments.kills:
            run, began = score(target), time.perf_counter()
            moment = chance.uniform(0, seconds)
            try:
                run.wait(moment)
            except subprocess.TimeoutExpired:
                run.kill()
                assert run.wait() == -signal.SIGKILL
                killed += 1
                kept = len(list(Path(folder).glob(".out.csv.parts/*.npz")))
                print(f"killed after {moment:.1f} s: {kept} parts are kept", flush=True)
                assert not target.exists(), "a part of the output is there"
            else:
                seconds = time.perf_counter() - began
                print(f"it ended before it could be killed: begun anew, within {seconds:.1f} s", flush=True)
                assert target.read_bytes() == whole.read_bytes(), "the output differs"
                target.unlink()
        began = time.perf_counter()
        assert score(target).wait() == 0
        print(f"left alone again: {time.perf_counter() - began:.1f} s")
        for path in list(Path(folder).glob("whole.*")):
            again = path.with_name(path.name.replace("whole", "out"))
            assert again.read_bytes() == path.read_bytes(), f"{again.name} differs"
            path.unlink()
            again.unlink()
        left = list(Path(folder).iterdir())
        assert not left, f"left behind: {left}"
    print(f"{killed} kills, the output is the same to the byte")
    return 0


if __name__ == "__main__":
    sys.exit(main())
