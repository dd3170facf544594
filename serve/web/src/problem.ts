/** A refusal as a person reads it: what happened and what to do, the service's own words folded away. */

import type { Problem } from "./api.ts";
import { h } from "./dom.ts";
import { icon } from "./icons.ts";
import { words } from "./words/index.ts";

/** Refusals that only the service's own words tell apart. */
const ONLY_THERE = new Set(["unusable_table", "unknown_format"]);

export function sentence(problem: Problem): string {
  return words.problem[problem.code] ?? words.problem.unknown;
}

/** `again` is offered as a button where the same thing may be tried once more. */
export function problemView(problem: Problem, again?: () => void): HTMLElement {
  const own = [problem.title, problem.detail, problem.hint].filter((part) => part !== "");
  return h(
    "div",
    { class: "problem", role: "alert" },
    icon("alert"),
    h(
      "div",
      {},
      h("p", { class: "problem-sentence" }, sentence(problem)),
      own.length > 0 &&
        h(
          "details",
          { open: !(problem.code in words.problem) || ONLY_THERE.has(problem.code) },
          h("summary", {}, words.problem.details),
          ...own.map((part) => h("p", { lang: "en" }, part)),
        ),
      again && h("button", { type: "button", class: "button", onclick: again }, words.retry),
    ),
  );
}
