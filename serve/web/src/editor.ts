/** A text field that shows marks in its own text: a mirror of the text lies behind it and carries them. */

import type { CategoryVerdict } from "./api-types.ts";
import { fill, h } from "./dom.ts";
import { marked, surviving } from "./marks.ts";
import { words } from "./words/index.ts";

export interface Editor {
  element: HTMLElement;
  field: HTMLTextAreaElement;
  /** Marks the words that carry these categories in the text as it was judged. */
  mark(judged: string, categories: CategoryVerdict[]): void;
}

export function editor(text: string, typed: (text: string) => void): Editor {
  const mirror = h("div", { class: "mirror", "aria-hidden": "true" });
  let judged = text;
  let categories: CategoryVerdict[] = [];

  const field = h("textarea", {
    id: "text",
    rows: 5,
    spellcheck: "false",
    autocomplete: "off",
    placeholder: words.periksa.placeholder,
    oninput: () => {
      draw();
      typed(field.value);
    },
  });
  field.value = text;

  function draw(): void {
    const now = field.value;
    const evidence = categories.map((category) => surviving(category.evidence, judged, now));
    const runs = marked(now, evidence).map((run) =>
      run.strength === null ? run.text : h("mark", { class: `strength-${run.strength}` }, run.text),
    );
    mirror.dataset.decision = categories.some(({ decision }) => decision === "flag") ? "flag" : "review";
    fill(mirror, ...runs, "\n");
  }

  draw();
  return {
    element: h("div", { class: "editor" }, mirror, field),
    field,
    mark(text, found) {
      judged = text;
      categories = found;
      draw();
    },
  };
}
