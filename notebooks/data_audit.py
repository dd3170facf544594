# %% [markdown]
# # The data: an audit
#
# What the dataset holds and what its labels are worth. `make notebooks` executes this page from
# `notebooks/data_audit.py`; no text of others is shown, rows are counted and named by corpus and key.

# %%
# %matplotlib inline
import csv
import os
from collections import Counter
from pathlib import Path

from IPython.display import Markdown

from saring.artefact.markdown import table
from saring.corpora.annotations import read_annotations
from saring.corpora.catalogue import find_corpora_root, load_catalogue
from saring.corpora.dataset import Dataset
from saring.corpora.readers import read_corpus
from saring.corpora.statistics import count, group_table, length_table, plot, source_table, summary_table
from saring.evaluation.agreement import measure_agreement
from saring.evaluation.plots import agreement_plot


def given(name: str) -> Path | None:
    return Path(os.environ[name]) if name in os.environ else None


where = given("SARING_DATASET") or Path("build/dataset.parquet")
dataset = Dataset.load(where)
catalogue = load_catalogue(given("SARING_CATALOGUE"))
annotations = read_annotations(given("SARING_ANNOTATIONS"))
print(f"{len(dataset):,} rows, {len(annotations):,} annotations, {len(catalogue.corpora)} corpora")

# %% [markdown]
# ## Rows by category, side of the split and origin of the label

# %%
counts = count(dataset)
plot(counts)

# %%
summary_table(counts)

# %%
source_table(counts)

# %% [markdown]
# ## Near-duplicates
#
# The split goes by group: no group may have rows on two sides.

# %%
group_table(dataset)

# %% [markdown]
# ## Length

# %%
length_table(dataset)

# %% [markdown]
# ## Labels of corpora beside our annotations
#
# The catalogue turns a corpus label into a soft label: how likely the category applies under the policy.
# Rows of it that we annotated ourselves tell what it should be. Annotated rows were not always drawn at
# random (rare categories were looked for), so a gap is a reason to look, not a verdict.

# %%
root = find_corpora_root()
labelled = [corpus for corpus in catalogue.corpora if corpus.labels]
agreements = (
    measure_agreement({corpus.id: read_corpus(corpus, root) for corpus in labelled}, annotations)
    if root
    else []
)
print(
    f"{len(agreements):,} soft labels measured"
    if root
    else "not measured: no corpora here (`saring data fetch`)"
)

# %%
agreement_plot(agreements) if agreements else None

# %% [markdown]
# ## Annotations in doubt
#
# `python benchmarks/doubts.py RECIPE` names, by confident learning, annotations that another reader should
# look at (`doubts.csv` beside the dataset: corpus and key, no text).

# %%
doubts = where.with_name("doubts.csv")
if doubts.is_file():
    with doubts.open(encoding="utf-8", newline="") as stream:
        kinds = Counter((row["category"], row["label"]) for row in csv.DictReader(stream))
    lines = [(f"`{category}`", label, f"{rows:,}") for (category, label), rows in sorted(kinds.items())]
    found = table(("category", "our label", "in doubt"), lines)
else:
    found = "Not measured."
Markdown(found)
