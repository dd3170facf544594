/** The model card's figures that matter to its users, and its limits. */

import type { ModelResponse, Taxonomy } from "../api-types.ts";
import { h } from "../dom.ts";
import { date, local, number, percent, words } from "../words/index.ts";

/** A figure with its 95 % interval, each a share of 1; `null` where it could not be measured. */
interface Figure {
  value: number | null;
  low: number | null;
  high: number | null;
}

interface CategoryFigures {
  precision: Figure;
  recall: Figure;
  positives: number;
}

/** The part of a model's evaluation that is shown here. */
interface Evaluation {
  rows: number;
  categories: Record<string, CategoryFigures>;
  clean_flagged: Figure;
}

const FEW = 30; // positives below which an interval is too wide to be of use

export function figures(taxonomy: Taxonomy, model: ModelResponse): HTMLElement[] {
  const { pedoman } = words;
  const name = `${model.name} ${model.version}`;
  return [
    h("h2", { id: "figures-title" }, pedoman.model),
    ...(measured(model.evaluation) ? tables(taxonomy, model, model.evaluation, name) : [h("p", {}, pedoman.noFigures)]),
    h("h3", {}, pedoman.limits),
    h("ul", { class: "limits" }, ...pedoman.limitList.map((limit) => h("li", {}, limit))),
    h("p", { class: "note" }, pedoman.versionLine(name, date(model.created), model.licence)),
  ];
}

function measured(evaluation: object): evaluation is Evaluation {
  return "rows" in evaluation && "categories" in evaluation && "clean_flagged" in evaluation;
}

function tables(taxonomy: Taxonomy, model: ModelResponse, evaluation: Evaluation, name: string): HTMLElement[] {
  const { pedoman } = words;
  const heads = [pedoman.category, pedoman.precision, pedoman.recall, pedoman.positives, pedoman.thresholds];
  const rows = taxonomy.categories.map((category) => {
    const here = evaluation.categories[category.id];
    const thresholds = model.thresholds[category.id];
    const cells = [
      here ? figure(here.precision) : null,
      here ? figure(here.recall) : null,
      here ? positives(here.positives) : null,
      thresholds ? h("span", {}, `${percent(thresholds.review)} / ${percent(thresholds.flag)}`) : null,
    ];
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, local(category.name)),
      ...cells.map((cell, at) => h("td", { "data-head": heads[at + 1] }, cell ?? "–")),
    );
  });
  return [
    h("p", {}, pedoman.modelText(name, number(evaluation.rows))),
    h(
      "table",
      { class: "figures-table" },
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, ...rows),
    ),
    h("p", { class: "note" }, `${pedoman.precisionHint} ${pedoman.recallHint}`),
    evaluation.clean_flagged.value === null ? h("p") : h("p", {}, pedoman.falseAlarms(percent(evaluation.clean_flagged.value))),
  ];
}

function figure({ value, low, high }: Figure): HTMLElement {
  if (value === null) return h("span", {}, "–");
  const interval = low === null || high === null ? "" : ` (${percent(low)}–${percent(high)})`;
  return h("span", {}, h("strong", {}, percent(value)), h("span", { class: "interval" }, interval));
}

function positives(count: number): HTMLElement {
  return h("span", {}, number(count), count < FEW && h("span", { class: "few" }, words.pedoman.few));
}
