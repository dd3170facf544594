/** What a judged file came to, and what of it can be taken along. */

import { may } from "../access.ts";
import { asProblem } from "../api.ts";
import type { JobResponse, JobResult, JobSummary, Taxonomy } from "../api-types.ts";
import { type Child, fill, h, measure } from "../dom.ts";
import { icon } from "../icons.ts";
import { download } from "../jobs.ts";
import { problemView } from "../problem.ts";
import { go } from "../room.ts";
import { local, moment, number, percent, words } from "../words/index.ts";
import { reviewJob } from "./tinjau.ts";

interface Acts {
  another(): void;
  remove(): void;
}

export function results(job: JobResponse, taxonomy: Taxonomy, { another, remove }: Acts): HTMLElement {
  const { berkas } = words;
  const doubtful = (job.summary?.review ?? 0) > 0 && may("review");
  const review = (): void => {
    reviewJob(job.id);
    go("tinjau");
  };
  return h(
    "div",
    { class: "stack" },
    h("h2", { tabindex: "-1" }, berkas.done(job.name)),
    job.summary && summary(job.summary, taxonomy),
    downloads(job),
    h(
      "div",
      { class: "actions" },
      doubtful && h("button", { type: "button", class: "button", onclick: review }, icon("eye"), berkas.toReview),
      h("button", { type: "button", class: "button", onclick: another }, icon("upload"), berkas.another),
      h("button", { type: "button", class: "button quiet", onclick: remove }, berkas.remove),
    ),
    h("p", { class: "note" }, berkas.removeHint(moment(job.expires))),
  );
}

function summary(of: JobSummary, taxonomy: Taxonomy): HTMLElement {
  const { berkas } = words;
  const most = Math.max(1, ...Object.values(of.categories));
  const figures: [number, string][] = [[of.read, berkas.read], [of.flagged, berkas.flagged], [of.review, berkas.review], [of.repeated, berkas.repeated]];
  return h(
    "section",
    { class: "panel summary" },
    h("dl", { class: "totals" }, ...figures.map(([count, word]) => h("div", {}, h("dt", {}, word), h("dd", {}, number(count))))),
    h("p", { class: "note" }, berkas.adds(number(of.read), number(of.scored), number(of.rejected))),
    h("h3", {}, berkas.perCategory),
    h(
      "ul",
      { class: "counts" },
      ...taxonomy.categories.map(({ id, name }) => {
        const count = of.categories[id] ?? 0;
        const length = h("span", { class: "count-bar", "aria-hidden": "true" });
        measure(length, "length", count / most);
        const share = of.scored > 0 && count > 0 ? ` (${percent(count / of.scored)})` : "";
        return h("li", {}, h("span", {}, local(name)), length, h("span", { class: "count-number" }, `${number(count)}${share}`));
      }),
    ),
  );
}

function downloads(job: JobResponse): HTMLElement {
  const { berkas } = words;
  const trouble = h("div", { class: "trouble" });
  const tables = job.results.filter(({ kind }) => kind === "table");
  const format = h("select", { id: "format" }, ...tables.map((each) => h("option", { value: each.url }, each.format.toUpperCase())));
  const others = job.results.filter(({ kind }) => kind !== "table");

  function button(word: string, url: () => string, primary = false): HTMLButtonElement {
    const taking = h("button", { type: "button", class: primary ? "button primary" : "button", onclick: () => void take() }, icon("download"), word);
    async function take(): Promise<void> {
      taking.disabled = true;
      fill(trouble);
      try {
        await download(url());
      } catch (error) {
        fill(trouble, problemView(asProblem(error)));
      }
      taking.disabled = false;
    }
    return taking;
  }

  const table: Child = tables.length > 0 && h("div", { class: "take-table" }, h("label", { for: format.id }, berkas.format), format, button(berkas.table, () => format.value, true));
  return h(
    "section",
    { class: "panel" },
    h("h3", {}, berkas.take),
    table,
    h(
      "div",
      { class: "actions" },
      ...others.map((result) => button(downloadWord(result), () => result.url)),
    ),
    trouble,
  );
}

function downloadWord({ kind, format }: JobResult): string {
  if (kind === "rejections") return words.berkas.rejections;
  return format === "json" ? words.berkas.reportJson : words.berkas.report;
}
