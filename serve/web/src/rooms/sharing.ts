/** A link that holds the text: made when asked for, with a clear word on what is in it. */

import { h, say } from "../dom.ts";
import { linkTo } from "../fragment.ts";
import { words } from "../words/index.ts";

export function sharing(text: string, close: () => void): HTMLElement {
  const status = h("p", { class: "note", role: "status" });
  const link = h("input", { type: "text", id: "share-link", readonly: true, onfocus: () => link.select() });
  link.value = linkTo(text);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(link.value);
      say(status, words.periksa.copied);
    } catch {
      link.select(); // pages without https may not write to the clipboard
      say(status, words.periksa.copyFailed);
    }
  }

  return h(
    "section",
    { class: "panel" },
    h("h2", { tabindex: "-1" }, words.periksa.shareTitle),
    h("p", {}, words.periksa.shareHint),
    h("label", { for: link.id }, words.periksa.shareLink),
    link,
    status,
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", class: "button primary", onclick: () => void copy() }, words.periksa.copy),
      h("button", { type: "button", class: "button quiet", onclick: close }, words.close),
    ),
  );
}
