"""Execute the notebooks: from plain Python with `# %%` cells to .ipynb with its outputs, beside it.

python notebooks/execute.py [data_audit] [model_report]

What they read can be named by SARING_DATASET, SARING_MODEL and the other variables of their first cell.
"""

import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
NOTEBOOKS = ("data_audit", "model_report")


def execute(name: str, out: Path = HERE) -> Path:
    """Run every cell of ``name`` from the working directory; nothing is written when one fails."""
    notebook = jupytext.read(HERE / f"{name}.py")
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{name}-{number}"  # a drawn one would differ at every run
    NotebookClient(notebook, timeout=None, record_timing=False).execute()
    written = out / f"{name}.ipynb"
    nbformat.write(notebook, written)
    return written


if __name__ == "__main__":
    for asked in sys.argv[1:] or NOTEBOOKS:
        print(execute(asked))
