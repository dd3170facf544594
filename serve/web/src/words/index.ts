/** The language in force: its words, and numbers and dates as it writes them. */

import type { Localised } from "../api-types.ts";
import { type Language, storedLanguage, storeLanguage } from "../preferences.ts";
import { id, type Words } from "./id.ts";

export let language: Language = "id";
export let words: Words = id;

/** Takes up a language; by default the one that was chosen before. */
export async function speak(chosen: Language = storedLanguage()): Promise<void> {
  storeLanguage(chosen);
  words = chosen === "id" ? id : (await import("./en.ts")).en;
  language = chosen;
  document.documentElement.lang = chosen;
}

export function local(text: Localised): string {
  return text[language];
}

export function number(value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A share of 1 in percent; near the ends it says so, as 0 % and 100 % would claim too much. */
export function percent(share: number): string {
  const format = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  if (share > 0 && share < 0.01) return `<${format.format(0.01)}`;
  return share > 0.99 && share < 1 ? `>${format.format(0.99)}` : format.format(share);
}

export function date(iso: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(new Date(iso));
}

export function moment(iso: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** "a", "a dan b", "a, b dan c". */
export function list(names: string[]): string {
  return new Intl.ListFormat(language, { type: "conjunction" }).format(names);
}
