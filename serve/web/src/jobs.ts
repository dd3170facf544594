/** Files at the service: sent, started, followed while they are judged, fetched, deleted. */

import type { JobResponse } from "./api-types.ts";
import { ask, call, isAbort, Problem } from "./api.ts";
import { forgetJob, rememberJob } from "./preferences.ts";

const POLL = 1500; // milliseconds between looks where the stream of events does not get through

/** Sends a file; the service reads its columns and waits for `start`. */
export async function send(file: File, signal: AbortSignal): Promise<JobResponse> {
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("hold", "1");
  const job = await ask<JobResponse>("jobs", { method: "POST", form, signal });
  rememberJob({ id: job.id, name: job.name });
  return job;
}

export function start(id: string, column: string): Promise<JobResponse> {
  return ask<JobResponse>(`jobs/${id}/start`, { method: "POST", json: { text_column: column } });
}

export function look(id: string): Promise<JobResponse> {
  return ask<JobResponse>(`jobs/${id}`);
}

/** Cancels what runs and deletes file and results. */
export async function remove(id: string): Promise<void> {
  try {
    await call(`jobs/${id}`, { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof Problem && error.status === 404)) throw error; // gone already
  }
  forgetJob(id);
}

export function over(job: JobResponse): boolean {
  return job.state === "done" || job.state === "failed";
}

/** The job each time it changes, until it is over; by events, or by asking where these do not come. */
export async function* follow(id: string, signal: AbortSignal): AsyncGenerator<JobResponse> {
  try {
    for await (const job of events(id, signal)) {
      yield job;
      if (over(job)) return;
    }
  } catch (error) {
    if (isAbort(error) || signal.aborted) return;
    if (error instanceof Problem && error.status >= 400 && error.status < 500) throw error;
  }
  while (!signal.aborted) {
    const job = await look(id);
    yield job;
    if (over(job)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

/** Server-sent events, read by `fetch` as `EventSource` sends no key. */
async function* events(id: string, signal: AbortSignal): AsyncGenerator<JobResponse> {
  const response = await call(`jobs/${id}/events`, { signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) return;
    waiting += piece.value.replaceAll("\r\n", "\n");
    const whole = waiting.split("\n\n");
    waiting = whole.pop() ?? "";
    for (const event of whole) {
      const data = event.split("\n").filter((line) => line.startsWith("data:"));
      if (data.length > 0) yield JSON.parse(data.map((line) => line.slice(5)).join("\n")) as JobResponse;
    }
  }
}

/** Fetches a result, with the key that a plain link would not send, and hands it to the browser to keep. */
export async function download(url: string): Promise<void> {
  const response = await call(url.replace(/^\//, "")); // relative, as the page may stand below a path
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName(response.headers.get("content-disposition")) ?? "saring";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function fileName(disposition: string | null): string | null {
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return /filename="([^"]*)"/i.exec(disposition ?? "")?.[1] ?? null;
}
