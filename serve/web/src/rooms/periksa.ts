/** Periksa: one text, judged while it is typed. */

import { may } from "../access.ts";
import { model, modelOf, taxonomy } from "../about.ts";
import { asProblem } from "../api.ts";
import type { ModelResponse, Taxonomy, Verdict } from "../api-types.ts";
import { fill, h, say, set } from "../dom.ts";
import { editor } from "../editor.ts";
import { icon } from "../icons.ts";
import { Judge } from "../judge.ts";
import { problemView } from "../problem.ts";
import type { Room } from "../room.ts";
import { DECISION_ICON, headline, verdictList } from "../verdict.ts";
import { number, words } from "../words/index.ts";
import { correction } from "./correction.ts";
import { sharing } from "./sharing.ts";

let text = ""; // stays while the person visits other rooms or changes the language
let fromLink = false;

/** Takes up a text that a link brought. */
export function openText(brought: string): void {
  text = brought;
  fromLink = true;
}

export async function periksa(): Promise<Room> {
  const known = await taxonomy();
  return room(known);
}

function room(known: Taxonomy): Room {
  let verdict: Verdict | null = null;
  let judged = "";
  let figures: ModelResponse | null = null;
  let pointed: string | null = null;

  const title = h("p", { class: "headline-title" });
  const hint = h("p", { class: "headline-hint" });
  const sign = h("span", { class: "headline-sign" });
  const spoken = h("div", { "aria-live": "polite", "aria-atomic": "true" }, title, hint);
  const line = h("div", { class: "headline" }, sign, spoken);
  const trouble = h("div", { class: "trouble" });
  const origin = h("p", { class: "note", role: "status" });
  const count = h("span", { class: "count" });
  const emptied = h("button", { type: "button", class: "link-button", onclick: () => replace("") }, words.periksa.clear);
  const examples = h("div", { class: "examples" });
  const panel = h("div", { class: "trouble" });
  const wrong = h("button", { type: "button", class: "button", "aria-expanded": "false", onclick: () => togglePanel(wrong) }, icon("pen"), words.periksa.wrong);
  const share = h("button", { type: "button", class: "button", "aria-expanded": "false", onclick: () => togglePanel(share) }, icon("link"), words.periksa.share);
  const actions = h("div", { class: "actions" }, may("review") && wrong, share);
  const verdicts = verdictList(known, (id) => {
    pointed = id;
    mark();
  });

  const judge = new Judge({
    reading: () => {
      line.classList.add("reading");
      if (verdict === null) announce("none", words.periksa.reading, "");
    },
    judged: (of, found) => {
      verdict = found;
      judged = of;
      fill(trouble);
      show();
      modelOf(found.model.version).then((newest) => {
        figures = newest;
        show();
      }, () => {});
    },
    refused: (problem) => {
      line.classList.remove("reading");
      fill(trouble, problemView(problem, () => judge.type(text, 0)));
    },
  });

  const field = editor(text, (typed) => {
    text = typed;
    fromLink = false;
    changed();
    judge.type(text);
  });

  function replace(by: string): void {
    text = by;
    field.field.value = by;
    fromLink = false;
    verdict = null;
    field.mark("", []);
    changed();
    judge.type(by, 0);
    field.field.focus();
  }

  function changed(): void {
    const empty = text.trim() === "";
    say(count, words.periksa.characters(number(Array.from(text).length)));
    say(origin, fromLink ? words.periksa.opened : "");
    examples.hidden = !empty;
    emptied.hidden = empty;
    closePanel();
    fill(trouble);
    if (!empty) return;
    judge.stop();
    verdict = null;
    show();
  }

  function show(): void {
    line.classList.remove("reading");
    verdicts.show(verdict, figures);
    actions.hidden = verdict === null;
    if (verdict === null) announce("none", words.periksa.idle, words.periksa.idleHint);
    else {
      const { title, hint } = headline(verdict, known);
      announce(verdict.decision, title, verdict.read.characters < verdict.read.of ? tooLong(verdict) : hint);
    }
    mark();
  }

  function announce(decision: keyof typeof DECISION_ICON | "none", of: string, more: string): void {
    if (line.dataset.decision !== decision) fill(sign, icon(decision === "none" ? "sieve" : DECISION_ICON[decision]));
    line.dataset.decision = decision;
    say(title, of);
    say(hint, more);
  }

  function mark(): void {
    const shown = verdict?.categories.filter(({ id, decision }) => (pointed === null ? decision !== "clear" : id === pointed)) ?? [];
    const any = shown.some(({ evidence }) => evidence.length > 0);
    field.mark(judged, any || pointed === null ? shown : (verdict?.categories.filter(({ decision }) => decision !== "clear") ?? []));
  }

  function togglePanel(button: HTMLButtonElement): void {
    const opening = button.getAttribute("aria-expanded") !== "true";
    closePanel();
    if (!opening || verdict === null) return;
    set(button, "aria-expanded", "true");
    const close = (): void => {
      closePanel();
      button.focus();
    };
    const content = button === wrong ? correction(known, judged, close) : sharing(judged, close);
    fill(panel, content);
    content.querySelector<HTMLElement>("h2")?.focus();
  }

  function closePanel(): void {
    for (const button of [wrong, share]) set(button, "aria-expanded", "false");
    fill(panel);
  }

  for (const example of words.periksa.examples)
    examples.append(h("button", { type: "button", class: "chip", onclick: () => replace(example.text) }, example.name));
  examples.prepend(h("span", {}, words.periksa.examplesLabel));

  changed();
  if (text.trim() !== "") {
    show();
    judge.type(text, 0);
  }
  model().then((loaded) => {
    figures = loaded;
    show();
  }, (error: unknown) => fill(trouble, problemView(asProblem(error))));

  return {
    element: h(
      "div",
      { class: "periksa" },
      h("header", { class: "room-head" }, h("h1", { tabindex: "-1" }, words.periksa.title), h("p", { class: "lead" }, words.periksa.lead)),
      h(
        "div",
        { class: "desk" },
        h(
          "div",
          { class: "desk-text" },
          h("label", { class: "unseen", for: field.field.id }, words.periksa.label),
          field.element,
          h("div", { class: "under" }, count, origin, emptied),
          examples,
          line,
          trouble,
          actions,
          panel,
        ),
        verdicts.element,
      ),
    ),
    leave: () => judge.stop(),
  };
}

function tooLong({ read }: Verdict): string {
  return words.periksa.tooLong(number(read.characters), number(read.of));
}
