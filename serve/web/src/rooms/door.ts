/** Where the service asks for a key before anything else. */

import { enter } from "../access.ts";
import { asProblem } from "../api.ts";
import { fill, h, say } from "../dom.ts";
import { problemView } from "../problem.ts";
import type { Room } from "../room.ts";
import { words } from "../words/index.ts";

export function door(entered: () => void): Room {
  const status = h("p", { class: "note wrong", id: "key-status", role: "alert" });
  const trouble = h("div", { class: "trouble" });
  const key = h("input", {
    type: "password",
    id: "key",
    required: true,
    autocomplete: "current-password",
    spellcheck: "false",
    "aria-describedby": status.id,
  });
  const form = h(
    "form",
    {
      class: "panel door",
      onsubmit: (event) => {
        event.preventDefault();
        void submit();
      },
    },
    h("h1", { tabindex: "-1" }, words.access.title),
    h("p", {}, words.access.lead),
    h("label", { for: key.id }, words.access.label),
    key,
    status,
    trouble,
    h("div", { class: "actions" }, h("button", { type: "submit", class: "button primary" }, words.access.enter)),
  );

  async function submit(): Promise<void> {
    fill(trouble);
    say(status, "");
    try {
      if (await enter(key.value.trim())) {
        entered();
        return;
      }
      say(status, words.access.wrong);
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === "unknown_key") say(status, words.access.wrong);
      else fill(trouble, problemView(problem));
    }
    key.select();
  }

  return { element: form };
}
