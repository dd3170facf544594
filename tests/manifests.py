"""A manifest to be changed by the tests that need one."""

from dataclasses import replace
from typing import Any

from saring.artefact.manifest import Calibration, Manifest, Thresholds, WindowSize


def a_manifest(**changes: Any) -> Manifest:
    plain = Manifest(
        name="saring-id",
        version="1.0.0",
        kind="transformer",
        window=WindowSize(128, 32),
        calibration=Calibration(tuple(1 + 0.1 * at for at in range(8)), tuple(0.01 * at for at in range(8))),
        thresholds=Thresholds((0.2,) * 8, tuple(0.4 + 0.01 * at for at in range(8))),
        how="by hand",
        data={"rows": {"train": 10}},
    )
    return replace(plain, **changes)
