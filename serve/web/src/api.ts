/** The one way to the service: paths are relative, keys travel in a header, refusals become `Problem`. */

import { storedKey } from "./preferences.ts";

/** A refusal, as `application/problem+json` tells it; code `unreachable` where no answer came. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly hint: string,
    readonly retryAfter: number | null = null,
  ) {
    super(code);
  }
}

interface Options {
  method?: "GET" | "POST" | "DELETE";
  json?: unknown;
  form?: FormData;
  signal?: AbortSignal;
}

/** The answer, whatever it holds; throws `Problem`, or the browser's `AbortError`. */
export async function call(path: string, { method = "GET", json, form, signal }: Options = {}): Promise<Response> {
  const headers = new Headers();
  const key = storedKey();
  if (key !== null) headers.set("authorization", `Bearer ${key}`);
  if (json !== undefined) headers.set("content-type", "application/json");
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: form ?? (json === undefined ? null : JSON.stringify(json)),
      signal: signal ?? null,
      cache: "no-store",
      redirect: "error",
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Problem(0, "unreachable", "", "", "");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

export async function ask<T>(path: string, options: Options = {}): Promise<T> {
  return (await (await call(path, options)).json()) as T;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Any failure as a `Problem`, so that it can be shown. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, "page_failed", "", String(error), "");
}

async function refusal(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Partial<Record<"code" | "title" | "detail" | "hint", string>>;
  const seconds = Number(response.headers.get("retry-after"));
  return new Problem(
    response.status,
    body.code ?? "unknown",
    body.title ?? response.statusText,
    body.detail ?? "",
    body.hint ?? "",
    seconds > 0 ? seconds : null,
  );
}
