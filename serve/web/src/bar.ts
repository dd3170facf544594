/** A probability as a bar from 0 to 1, with the two thresholds marked on it. */

import type { Decision } from "./api-types.ts";
import { h, measure } from "./dom.ts";
import { percent, words } from "./words/index.ts";

export interface Level {
  probability: number;
  review: number;
  flag: number;
  decision: Decision;
}

export interface Bar {
  element: HTMLElement;
  /** What the bar shows, in words. */
  show(level: Level | null): string;
}

/** Its element is hidden from screen readers: put the words that `show` returns beside it. */
export function bar(): Bar {
  const element = h(
    "span",
    { class: "bar", "aria-hidden": "true" },
    h("span", { class: "bar-doubt" }),
    h("span", { class: "bar-fill" }),
    h("span", { class: "bar-tick bar-tick-review" }),
    h("span", { class: "bar-tick bar-tick-flag" }),
  );
  return {
    element,
    show(level) {
      element.classList.toggle("bar-empty", level === null);
      if (level === null) return "";
      measure(element, "probability", level.probability);
      measure(element, "at-review", level.review);
      measure(element, "at-flag", level.flag);
      element.dataset.decision = level.decision;
      return words.periksa.barLabel(percent(level.probability), percent(level.review), percent(level.flag));
    },
  };
}

export function legend(): HTMLElement {
  return h(
    "p",
    { class: "legend", "aria-hidden": "true" },
    h("span", { class: "legend-review" }, words.periksa.legendReview),
    h("span", { class: "legend-flag" }, words.periksa.legendFlag),
  );
}
