/** The keys of the review desk, and the list that tells them; they can be switched off. */

import { h } from "../dom.ts";
import { words } from "../words/index.ts";

export interface Keys {
  turn(at: number): void;
  confirm(): void;
  skip(): void;
  help(): void;
}

let inUse = true;

/** Listens until the function that it returns is called. */
export function onKeys(keys: Keys): () => void {
  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    const radio = target.matches("input[type=radio]");
    if (!radio && target.matches("a, button, input, select, textarea, summary")) return; // they have keys of their own
    if (event.key === "?") keys.help();
    else if (!inUse) return;
    else if (/^[1-8]$/.test(event.key)) keys.turn(Number(event.key) - 1);
    else if (event.key === "Enter") keys.confirm();
    else if (event.key === "ArrowRight" && !radio) keys.skip();
    else return;
    event.preventDefault();
  }

  addEventListener("keydown", pressed);
  return () => removeEventListener("keydown", pressed);
}

export function shortcuts(): { element: HTMLElement; toggle(): void } {
  const { tinjau } = words;
  const list: [string, string][] = [["1–8", tinjau.keyToggle], ["Enter", tinjau.keyConfirm], ["→", tinjau.keySkip], ["?", tinjau.keyHelp]];
  const using = h("input", { type: "checkbox", id: "use-keys", checked: inUse, onchange: () => {
    inUse = using.checked;
  } });
  const element = h(
    "details",
    { class: "keys" },
    h("summary", {}, tinjau.keys),
    h("dl", {}, ...list.map(([key, does]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, does)))),
    h("div", { class: "use-keys" }, using, h("label", { for: using.id }, tinjau.keysOn)),
  );
  return {
    element,
    toggle: () => {
      element.open = !element.open;
    },
  };
}
