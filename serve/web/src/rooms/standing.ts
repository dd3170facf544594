/** How the corrections so far stand: agreement with the model, and what waits for the next training. */

import { ask } from "../api.ts";
import type { FeedbackSummary } from "../api-types.ts";
import { type Child, fill, h } from "../dom.ts";
import { number, percent, words } from "../words/index.ts";

export interface Standing {
  element: HTMLElement;
  /** Asks the service again; `answered` is what this tab has sent. */
  refresh(answered: number): void;
}

export function standing(): Standing {
  const { tinjau } = words;
  const element = h("dl", { class: "standing" });
  const entry = (title: string, value: Child, hint: string): HTMLElement =>
    h("div", {}, h("dt", {}, title), h("dd", {}, value, h("span", { class: "note" }, hint)));
  const figure = (text: string): HTMLElement => h("span", { class: "standing-figure" }, text);

  function show({ agreement, waiting }: FeedbackSummary, answered: number): void {
    const decided = agreement.agreed + agreement.disagreed;
    fill(
      element,
      agreement.share === null
        ? entry(tinjau.agreement, null, tinjau.agreementNone)
        : entry(tinjau.agreement, figure(percent(agreement.share)), tinjau.agreementHint(number(agreement.agreed), number(decided))),
      entry(tinjau.waiting, figure(number(waiting.ready)), tinjau.waitingHint(number(waiting.without_text), number(waiting.conflicting))),
      entry(tinjau.session, figure(number(answered)), ""),
    );
  }

  return {
    element,
    refresh: (answered) => {
      ask<FeedbackSummary>("feedback/summary").then((summary) => show(summary, answered), () => fill(element)); // the queue works without
    },
  };
}
