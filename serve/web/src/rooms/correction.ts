/** "Ini keliru?": a person's own answer for a text that was just judged. */

import { asProblem } from "../api.ts";
import type { Taxonomy } from "../api-types.ts";
import { fill, h, say } from "../dom.ts";
import { correct, keptWords, labels } from "../labels.ts";
import { problemView } from "../problem.ts";
import { local, words } from "../words/index.ts";

export function correction(taxonomy: Taxonomy, text: string, close: () => void): HTMLElement {
  const status = h("p", { class: "note", role: "status" });
  const trouble = h("div", { class: "trouble" });
  const form = labels(taxonomy.categories.map(({ id, name }) => ({ id, name: local(name), answer: null })), () => say(status, ""));
  const send = h("button", { type: "submit", class: "button primary" }, words.periksa.send);
  const title = h("h2", { tabindex: "-1" }, words.periksa.wrongTitle);
  const panel = h(
    "form",
    {
      class: "panel",
      onsubmit: (event) => {
        event.preventDefault();
        void submit();
      },
    },
    title,
    h("p", {}, words.periksa.wrongHint),
    form.element,
    status,
    trouble,
    h("div", { class: "actions" }, send, h("button", { type: "button", class: "button quiet", onclick: close }, words.cancel)),
  );

  async function submit(): Promise<void> {
    const answers = form.answers();
    if (Object.values(answers).every((answer) => answer === null)) {
      say(status, words.periksa.sendNone);
      return;
    }
    send.disabled = true;
    fill(trouble);
    try {
      const kept = await correct(text, answers);
      const thanks = h("p", { class: "note done", role: "status" });
      fill(panel, thanks, h("div", { class: "actions" }, h("button", { type: "button", class: "button", onclick: close }, words.close)));
      say(thanks, keptWords(kept));
      panel.querySelector("button")?.focus();
    } catch (error) {
      fill(trouble, problemView(asProblem(error)));
      send.disabled = false;
    }
  }

  return panel;
}
