/** What the browser remembers: language and theme for good, key and jobs as long as the tab is open. */

export type Language = "id" | "en";
export type Theme = "light" | "dark";

export function storedLanguage(): Language {
  return read("localStorage", "saring.language") === "en" ? "en" : "id";
}

export function storeLanguage(language: Language): void {
  write("localStorage", "saring.language", language);
}

/** The theme in force: the person's own choice, else the system's. */
export function theme(): Theme {
  const chosen = read("localStorage", "saring.theme");
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function storeTheme(theme: Theme): void {
  write("localStorage", "saring.theme", theme);
  applyTheme();
}

export function applyTheme(): void {
  const chosen = read("localStorage", "saring.theme");
  if (chosen === null) document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = chosen;
}

export function storedKey(): string | null {
  return read("sessionStorage", "saring.key");
}

export function storeKey(key: string | null): void {
  write("sessionStorage", "saring.key", key);
}

/** A job of this tab: its id, and the name of its file to choose it by. */
export interface KnownJob {
  id: string;
  name: string;
}

export function knownJobs(): KnownJob[] {
  try {
    return JSON.parse(read("sessionStorage", "saring.jobs") ?? "[]") as KnownJob[];
  } catch {
    return [];
  }
}

export function rememberJob(job: KnownJob): void {
  const others = knownJobs().filter((known) => known.id !== job.id);
  write("sessionStorage", "saring.jobs", JSON.stringify([job, ...others]));
}

export function forgetJob(id: string): void {
  write("sessionStorage", "saring.jobs", JSON.stringify(knownJobs().filter((known) => known.id !== id)));
}

// Storage may be switched off in the browser: the page then works, and remembers nothing.
type Keeper = "localStorage" | "sessionStorage";

function read(keeper: Keeper, name: string): string | null {
  try {
    return window[keeper].getItem(name);
  } catch {
    return null;
  }
}

function write(keeper: Keeper, name: string, value: string | null): void {
  try {
    if (value === null) window[keeper].removeItem(name);
    else window[keeper].setItem(name, value);
  } catch {
    return;
  }
}
