/** The place to drop or choose a file, and the files that this tab sent before. */

import { fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { knownJobs } from "../preferences.ts";
import { words } from "../words/index.ts";

const ENDINGS = ".csv,.tsv,.xlsx,.jsonl,.ndjson,.json,.parquet,.txt,.gz,.zst";

interface Acts {
  chosen(file: File): void;
  reopen(id: string): void;
}

export function choosing({ chosen, reopen }: Acts): HTMLElement {
  const input = h("input", {
    type: "file",
    id: "file",
    class: "unseen",
    accept: ENDINGS,
    onchange: () => take(input.files),
  });
  const take = (files: FileList | null | undefined): void => {
    const file = files?.[0];
    if (file !== undefined) chosen(file);
  };
  const zone = h(
    "div",
    {
      class: "drop",
      ondragover: (event) => {
        event.preventDefault();
        zone.classList.add("over");
      },
      ondragleave: () => zone.classList.remove("over"),
      ondrop: (event) => {
        event.preventDefault();
        zone.classList.remove("over");
        take(event.dataTransfer?.files);
      },
    },
    icon("upload"),
    h("p", { class: "drop-title" }, words.berkas.drop),
    input,
    h("label", { for: input.id, class: "button primary" }, icon("file"), words.berkas.choose),
    h("p", { class: "note" }, words.berkas.kinds),
  );
  const place = h("div", { class: "stack" }, zone);
  const known = knownJobs();
  if (known.length > 0) {
    const earlier = h("ul", { class: "earlier" });
    fill(
      earlier,
      ...known.map((job) =>
        h("li", {}, icon("file"), h("button", { type: "button", class: "link-button", "aria-label": words.berkas.open(job.name), onclick: () => reopen(job.id) }, job.name)),
      ),
    );
    place.append(h("section", { "aria-labelledby": "earlier-title" }, h("h2", { id: "earlier-title" }, words.berkas.earlier), earlier));
  }
  return place;
}
