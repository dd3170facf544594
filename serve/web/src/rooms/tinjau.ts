/** Tinjau: one doubtful text at a time; each category is confirmed or corrected, with a key each. */

import { taxonomy } from "../about.ts";
import { ask, asProblem } from "../api.ts";
import type { ReviewItem, ReviewResponse, Taxonomy } from "../api-types.ts";
import { fill, h, say } from "../dom.ts";
import { icon } from "../icons.ts";
import { correct } from "../labels.ts";
import { knownJobs } from "../preferences.ts";
import { problemView } from "../problem.ts";
import type { Room } from "../room.ts";
import { number, words } from "../words/index.ts";
import { onKeys, shortcuts } from "./shortcuts.ts";
import { standing } from "./standing.ts";
import { type Card, card } from "./card.ts";

const BATCH = 50;

let job: string | null = null; // whose doubtful rows are reviewed; `null` for the service's queue
let answered = 0; // in this tab

/** Lets the next visit review the rows of a file. */
export function reviewJob(id: string): void {
  job = id;
}

export async function tinjau(): Promise<Room> {
  const desk = new ReviewDesk(await taxonomy());
  void desk.fetch();
  return { element: desk.element, leave: () => desk.leave() };
}

class ReviewDesk {
  private readonly stage = h("div", { class: "review-stage" });
  private readonly count = h("p", { class: "note" });
  private readonly spoken = h("p", { class: "note", role: "status" });
  private readonly standing = standing();
  private readonly keys = shortcuts();
  private readonly passed = new Set<string>(); // answered or skipped in this visit
  private items: ReviewItem[] = [];
  private left = 0;
  private current: Card | null = null;
  private visit = 0;
  private readonly unbind = onKeys({
    turn: (at) => this.current?.turn(at),
    confirm: () => void this.confirm(),
    skip: () => this.skip(),
    help: () => this.keys.toggle(),
  });
  readonly element = h(
    "div",
    { class: "tinjau" },
    h("header", { class: "room-head" }, h("h1", { tabindex: "-1" }, words.tinjau.title), h("p", { class: "lead" }, words.tinjau.lead)),
    h(
      "div",
      { class: "review-desk" },
      h("div", { class: "stack" }, h("div", { class: "review-bar" }, this.source(), this.spoken, this.count), this.stage),
      h("aside", { class: "review-side", "aria-label": words.tinjau.agreement }, this.standing.element, this.keys.element),
    ),
  );

  constructor(private readonly known: Taxonomy) {
    this.standing.refresh(answered);
  }

  leave(): void {
    this.visit++;
    this.unbind();
  }

  async fetch(): Promise<void> {
    const visit = ++this.visit;
    this.current = null;
    fill(this.stage, h("p", { class: "note", role: "status" }, words.loading));
    try {
      const path = job === null ? "review" : `jobs/${job}/review`;
      const answer = await ask<ReviewResponse>(`${path}?limit=${BATCH}`);
      if (visit !== this.visit) return;
      this.items = answer.items.filter((item) => !item.corrected && !this.passed.has(item.text));
      this.left = Math.max(this.items.length, answer.left - (answer.items.length - this.items.length));
      this.next();
    } catch (error) {
      if (visit === this.visit) fill(this.stage, problemView(asProblem(error), () => void this.fetch()));
    }
  }

  private next(): void {
    const item = this.items.shift();
    say(this.count, item === undefined ? "" : words.tinjau.left(number(this.left)));
    if (item === undefined) {
      this.current = null;
      fill(this.stage, this.empty());
      return;
    }
    this.current = card(item, this.known, { confirm: () => void this.confirm(), skip: () => this.skip() });
    fill(this.stage, this.current.element);
    this.current.focus();
  }

  private async confirm(): Promise<void> {
    const here = this.current;
    if (here === null) return;
    if (here.unanswered()) {
      say(this.spoken, words.tinjau.answerFirst);
      return;
    }
    this.current = null; // so that a second press does not send it again
    here.busy(true);
    try {
      await correct(here.text, here.answers());
    } catch (error) {
      this.current = here;
      here.busy(false);
      here.trouble(problemView(asProblem(error)));
      return;
    }
    answered++;
    this.standing.refresh(answered);
    this.pass(here.text, words.tinjau.saved);
  }

  private skip(): void {
    if (this.current !== null) this.pass(this.current.text, words.tinjau.skipped);
  }

  private pass(text: string, told: string): void {
    this.passed.add(text);
    this.left = Math.max(0, this.left - 1);
    say(this.spoken, told);
    if (this.items.length === 0 && this.left > 0) void this.fetch();
    else this.next();
  }

  private source(): HTMLElement {
    const choice = h("select", { id: "source", onchange: () => {
      job = choice.value === "" ? null : choice.value;
      void this.fetch();
    } });
    choice.append(h("option", { value: "" }, words.tinjau.queue), ...knownJobs().map(({ id, name }) => h("option", { value: id }, name)));
    choice.value = job ?? "";
    return h("div", { class: "source" }, h("label", { for: choice.id }, words.tinjau.source), choice);
  }

  private empty(): HTMLElement {
    const { tinjau } = words;
    return h(
      "section",
      { class: "panel empty" },
      icon("check"),
      h("h2", { tabindex: "-1" }, tinjau.empty),
      h("p", {}, job === null ? tinjau.emptyQueue : tinjau.emptyJob),
      h("p", {}, tinjau.emptyDo),
      h("a", { class: "button primary", href: "#berkas" }, icon("file"), tinjau.toFiles),
    );
  }
}
