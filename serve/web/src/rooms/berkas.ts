/** Berkas: a file is sent, its column chosen, judged while one watches, and fetched. */

import { taxonomy } from "../about.ts";
import { asProblem, isAbort, Problem } from "../api.ts";
import type { JobResponse, Taxonomy } from "../api-types.ts";
import { fill, h } from "../dom.ts";
import { follow, look, over, remove, send, start } from "../jobs.ts";
import { forgetJob, knownJobs } from "../preferences.ts";
import { problemView } from "../problem.ts";
import type { Room } from "../room.ts";
import { words } from "../words/index.ts";
import { choosing } from "./choosing.ts";
import { column } from "./column.ts";
import { type Progress, progress } from "./progress.ts";
import { results } from "./results.ts";

let shown: string | null = knownJobs()[0]?.id ?? null; // a reload goes on with the newest file

export async function berkas(): Promise<Room> {
  const known = await taxonomy();
  const desk = new Desk(known);
  if (shown === null) desk.choose();
  else void desk.open(shown);
  return { element: desk.element, leave: () => desk.leave() };
}

class Desk {
  private readonly stage = h("div", { class: "stage" });
  readonly element = h(
    "div",
    { class: "berkas" },
    h("header", { class: "room-head" }, h("h1", { tabindex: "-1" }, words.berkas.title), h("p", { class: "lead" }, words.berkas.lead)),
    this.stage,
  );
  private doing = new AbortController();

  constructor(private readonly known: Taxonomy) {}

  leave(): void {
    this.doing.abort();
  }

  choose(): void {
    this.begin(null);
    fill(this.stage, choosing({ chosen: (file) => void this.send(file), reopen: (id) => void this.open(id) }));
  }

  async open(id: string): Promise<void> {
    const signal = this.begin(id);
    fill(this.stage, waiting(words.loading));
    await this.trying(signal, async () => this.show(await look(id)), () => void this.open(id));
  }

  private async send(file: File): Promise<void> {
    const signal = this.begin(null);
    fill(this.stage, waiting(words.berkas.uploading(file.name), this.button(words.cancel, () => this.choose())));
    await this.trying(signal, async () => this.show(await send(file, signal)), () => void this.send(file));
  }

  private show(job: JobResponse): void {
    const signal = this.begin(job.id);
    if (job.state === "waiting") {
      this.turn(column(job, (chosen) => this.start(job, chosen), () => void this.remove(job.id)));
    } else if (job.state === "done") {
      this.turn(results(job, this.known, { another: () => this.choose(), remove: () => void this.remove(job.id) }));
    } else if (job.state === "failed") {
      this.fail(job);
    } else {
      const view = progress(job, () => void this.remove(job.id));
      this.turn(view.element);
      void this.trying(signal, () => this.watch(job.id, view, signal), () => void this.open(job.id));
    }
  }

  private async start(job: JobResponse, chosen: string): Promise<void> {
    this.show(await start(job.id, chosen));
  }

  private async watch(id: string, view: Progress, signal: AbortSignal): Promise<void> {
    for await (const job of follow(id, signal)) {
      if (signal.aborted) return;
      if (over(job)) this.show(job);
      else view.show(job);
    }
  }

  private async remove(id: string): Promise<void> {
    const signal = this.begin(id);
    await this.trying(signal, async () => {
      await remove(id);
      this.choose();
      this.element.querySelector("h1")?.focus();
    }, () => void this.remove(id));
  }

  private fail(job: JobResponse): void {
    const told = job.problem ?? { code: "unknown", title: "", detail: "", hint: "" };
    const problem = new Problem(0, told.code, told.title, told.detail, told.hint);
    this.turn(
      h("section", { class: "panel" }, h("h2", { tabindex: "-1" }, words.berkas.failed), h("p", {}, job.name), problemView(problem), this.button(words.berkas.another, () => void this.remove(job.id))),
    );
  }

  /** Shows a stage and moves there who reads by ear. */
  private turn(element: HTMLElement): void {
    fill(this.stage, element);
    element.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  private begin(id: string | null): AbortSignal {
    this.doing.abort();
    this.doing = new AbortController();
    shown = id;
    return this.doing.signal;
  }

  private async trying(signal: AbortSignal, act: () => Promise<void>, again: () => void): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      const problem = asProblem(error);
      const gone = problem.status === 404; // expired, or deleted elsewhere
      if (gone && shown !== null) forgetJob(shown);
      if (gone) shown = null;
      const other = this.button(words.berkas.another, () => this.choose());
      fill(this.stage, h("div", { class: "stack" }, problemView(problem, gone ? undefined : again), other));
    }
  }

  private button(word: string, act: () => void): HTMLElement {
    return h("button", { type: "button", class: "button", onclick: act }, word);
  }
}

function waiting(sentence: string, ...more: HTMLElement[]): HTMLElement {
  return h("div", { class: "panel waiting" }, h("p", { role: "status" }, sentence), h("div", { class: "working", "aria-hidden": "true" }), ...more);
}
