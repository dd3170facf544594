"""``saring export``: ONNX graphs from the weights of a model."""

from pathlib import Path
from typing import Annotated

import typer


def export(
    model: Annotated[
        str, typer.Argument(help="production, VERSION, NAME/VERSION or a folder with model.safetensors.")
    ] = "production",
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write the graph to.")] = Path(
        "build/onnx"
    ),
    fp32: Annotated[bool, typer.Option("--fp32", help="Full precision, for any runtime.")] = False,
) -> None:
    """Write ``model.onnx`` from the weights of a model, int8 as it serves or fp32."""
    from saring.artefact.registry import Registry
    from saring.errors import ArtefactError
    from saring.training.export import export_fp32, export_served
    from saring.training.head import load_weights

    folder = Registry().resolve(model)
    if not (folder / "model.safetensors").is_file():
        raise ArtefactError(f"{folder} holds no model.safetensors: there are no weights to export")
    out.mkdir(parents=True, exist_ok=True)
    weights = load_weights(folder)
    if fp32:
        export_fp32(weights, out / "model.onnx", fused=False)
    else:
        export_served(weights, out)
    typer.echo(out / "model.onnx")
