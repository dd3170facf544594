# %% [markdown]
# # The model: a report
#
# The figures of one model, drawn from its manifest and from its scores of the frozen test, which travel
# with it. `make notebooks` executes this page from `notebooks/model_report.py`; no text of others is shown.

# %%
# %matplotlib inline
import os
from pathlib import Path

from IPython.display import Markdown

from saring.artefact import card_checks
from saring.artefact.registry import Registry
from saring.classifier import Classifier
from saring.cli.evaluate import figures_table
from saring.corpora.dataset import Dataset
from saring.evaluation import plots
from saring.evaluation.frozen import FrozenScores, probabilities_of
from saring.evaluation.mistakes import confusion_by_source, mistakes_table, surest_mistakes

folder = Registry().resolve(os.environ.get("SARING_MODEL", "production"))
dataset = Dataset.load(Path(os.environ.get("SARING_DATASET", "build/dataset.parquet")))
classifier = Classifier.open(folder)
manifest, scores = classifier.manifest, FrozenScores.load(folder)
own, baseline, flag = manifest.evaluation, manifest.evaluation.get("baseline"), manifest.thresholds.flag
rows, probabilities = scores.within(dataset)
print(f"{manifest.name} {manifest.version}, {manifest.kind}, made {manifest.created}")
print(f"{len(rows):,} of the {len(scores.keys):,} rows of its frozen test are in the dataset")

# %% [markdown]
# ## Figures by category

# %%
figures_table(own, f"{manifest.name} {manifest.version}")

# %%
plots.category_plot(own, baseline)

# %% [markdown]
# ## Precision and recall

# %%
plots.precision_recall_plot(scores.labels, scores.probabilities, flag)

# %% [markdown]
# ## Calibration

# %%
plots.reliability_plot(scores.labels, scores.probabilities)

# %% [markdown]
# ## Errors by source

# %%
plots.confusion_plot(confusion_by_source(rows.labels, probabilities, flag, rows.corpora))

# %% [markdown]
# ## Functional suite
#
# Cases of our own (`data/checks`), each of one ability; none was trained on.

# %%
Markdown(card_checks.functional(own, baseline))

# %%
plots.functional_plot(own["functional"]["functions"]) if own.get("functional") else None

# %% [markdown]
# ## False alarms
#
# Sources in which next to nothing should be flagged, and ordinary sentences of our own.

# %%
Markdown(card_checks.gauges(own, baseline))

# %%
Markdown(card_checks.ordinary(own))

# %% [markdown]
# ## Disguise and haste

# %%
Markdown(card_checks.robustness(own))

# %%
plots.robustness_plot(own["robustness"]["perturbations"]) if own.get("robustness") else None

# %% [markdown]
# ## Fairness

# %%
Markdown(card_checks.fairness(own))

# %% [markdown]
# ## Leaving the doubtful to people

# %%
Markdown(card_checks.selective(own))

# %% [markdown]
# ## The surest mistakes
#
# Per category the likeliest false alarms and the least likely of the positives that were missed. Rows of
# the frozen test are named by corpus and key; evidence counts the words that the model would show.

# %%
Markdown(mistakes_table(surest_mistakes(classifier, rows, probabilities, flag)))

# %% [markdown]
# Texts of our own that were kept from training can be shown whole.

# %%
test = dataset.split("test")
authored = test.where([origin == "authored" for origin in test.origins])
Markdown(
    mistakes_table(surest_mistakes(classifier, authored, probabilities_of(classifier, authored.texts), flag))
)
