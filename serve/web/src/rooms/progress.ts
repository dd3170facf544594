/** A file while it waits for its turn and while it is judged: how far, how fast, how long still. */

import type { JobResponse } from "../api-types.ts";
import { h, measure, say, set } from "../dom.ts";
import { number, words } from "../words/index.ts";

const SETTLED = 1; // seconds of running after which a rate means something

export interface Progress {
  element: HTMLElement;
  show(job: JobResponse): void;
}

export function progress(first: JobResponse, stop: () => void): Progress {
  const { berkas } = words;
  const title = h("h2", { tabindex: "-1" });
  const gauge = h("div", { class: "progress", role: "progressbar", "aria-label": berkas.running, "aria-valuemin": 0, "aria-valuemax": 100 }, h("div", { class: "progress-fill" }));
  const line = h("p", { class: "progress-line" });
  const spoken = h("p", { class: "unseen", role: "status" });
  let begun: { at: number; done: number } | null = null;
  let told = 0;

  function show(job: JobResponse): void {
    const { done, total } = job.rows;
    if (job.state === "queued") {
      say(title, job.ahead > 0 ? berkas.queued(number(job.ahead)) : berkas.queuedNext);
      set(gauge, "aria-valuenow", 0);
      measure(gauge, "done", 0);
      return;
    }
    const now = performance.now() / 1000;
    begun ??= { at: now, done };
    say(title, berkas.running);
    const share = total ? Math.min(1, done / total) : 0;
    measure(gauge, "done", share);
    set(gauge, "aria-valuenow", total ? Math.round(100 * share) : null);
    const counted = total ? berkas.progress(number(done), number(total)) : berkas.progressOpen(number(done));
    say(line, [counted, ...pace(now - begun.at, done - begun.done, total === null ? null : total - done)].join(" · "));
    const tenth = Math.floor(10 * share);
    if (tenth > told) say(spoken, counted); // a screen reader hears every tenth, not every change
    told = tenth;
  }

  show(first);
  return {
    element: h(
      "section",
      { class: "panel" },
      title,
      h("p", {}, h("strong", {}, first.name)),
      gauge,
      line,
      spoken,
      h("div", { class: "actions" }, h("button", { type: "button", class: "button", onclick: stop }, berkas.stop)),
    ),
    show,
  };
}

function pace(seconds: number, rows: number, left: number | null): string[] {
  if (seconds < SETTLED || rows === 0) return [];
  const rate = rows / seconds;
  const said = [words.berkas.rate(number(Math.max(1, Math.round(rate))))];
  if (left !== null && left > 0) said.push(words.berkas.left(duration(left / rate)));
  return said;
}

function duration(seconds: number): string {
  if (seconds < 90) return words.berkas.seconds(number(Math.max(1, Math.round(seconds))));
  return words.berkas.minutes(number(Math.round(seconds / 60)));
}
