/** The first rows of a file, and which of its columns holds the texts. */

import { asProblem } from "../api.ts";
import type { JobResponse } from "../api-types.ts";
import { fill, h, set } from "../dom.ts";
import { problemView } from "../problem.ts";
import { words } from "../words/index.ts";

export function column(job: JobResponse, start: (chosen: string) => Promise<void>, cancel: () => void): HTMLElement {
  const { berkas } = words;
  const trouble = h("div", { class: "trouble" });
  const go = h("button", { type: "submit", class: "button primary" }, berkas.start);
  const choice = h(
    "select",
    { id: "column", required: true, onchange: () => mark() },
    job.text_column === null && h("option", { value: "", selected: true }, berkas.columnNone),
    ...job.columns.map((name) => h("option", { value: name, selected: name === job.text_column }, name)),
  );
  const cells = job.columns.map((name) => [
    h("th", { scope: "col" }, name),
    ...job.preview.map((row) => h("td", {}, row[name] ?? "")),
  ]);
  const rows = [0, ...job.preview.map((_, at) => at + 1)].map((at) => h("tr", {}, ...cells.map((of) => of[at])));

  function mark(): void {
    cells.forEach((of, at) => of.forEach((cell) => cell.classList.toggle("chosen", job.columns[at] === choice.value)));
    set(go, "disabled", choice.value === "");
  }

  async function submit(): Promise<void> {
    go.disabled = true;
    fill(trouble);
    try {
      await start(choice.value);
    } catch (error) {
      fill(trouble, problemView(asProblem(error)));
      go.disabled = false;
    }
  }

  mark();
  return h(
    "form",
    {
      class: "panel",
      onsubmit: (event) => {
        event.preventDefault();
        void submit();
      },
    },
    h("h2", { tabindex: "-1" }, berkas.preview),
    h("p", {}, h("strong", {}, job.name), ". ", berkas.previewHint),
    h("div", { class: "choose-column" }, h("label", { for: choice.id }, berkas.column), choice, job.text_column !== null && h("p", { class: "note" }, suggestion(job.text_column, job.why))),
    h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": job.name }, h("table", { class: "preview" }, h("thead", {}, rows[0]), h("tbody", {}, ...rows.slice(1)))),
    trouble,
    h("div", { class: "actions" }, go, h("button", { type: "button", class: "button quiet", onclick: cancel }, words.cancel)),
  );
}

/** The service says why in a few fixed words, a known export with its name behind a colon. */
function suggestion(column: string, why: string | null): string {
  const [kind = "", name] = (why ?? "").split(": ");
  const because = words.berkas.because[kind] ?? "";
  return words.berkas.suggested(column, name === undefined ? because : `${because} (${name})`);
}
