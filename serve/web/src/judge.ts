/** Verdicts of a text that is still being typed: waits for a pause, and only the newest text is answered. */

import type { Verdict } from "./api-types.ts";
import { ask, asProblem, isAbort, type Problem } from "./api.ts";

const PAUSE = 250; // milliseconds without a key after which a text is sent
const PASSING = new Set(["overloaded", "rate_limited", "model_loading", "shutting_down"]);

export interface Listener {
  reading(): void;
  judged(text: string, verdict: Verdict): void;
  refused(problem: Problem): void;
}

export class Judge {
  private sending = new AbortController();
  private timer = 0;

  constructor(private readonly listener: Listener) {}

  /** Forgets what came before; an empty text is not sent. */
  type(text: string, pause = PAUSE): void {
    this.stop();
    if (text.trim() === "") return;
    const sending = new AbortController();
    this.sending = sending;
    this.timer = window.setTimeout(() => void this.send(text, sending.signal), pause);
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.sending.abort();
  }

  private async send(text: string, signal: AbortSignal): Promise<void> {
    this.listener.reading();
    try {
      const verdict = await ask<Verdict>("classify", { method: "POST", json: { text }, signal });
      if (!signal.aborted) this.listener.judged(text, verdict);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      const problem = asProblem(error);
      this.listener.refused(problem);
      if (PASSING.has(problem.code)) {
        this.timer = window.setTimeout(() => void this.send(text, signal), 1000 * (problem.retryAfter ?? 2));
      }
    }
  }
}
