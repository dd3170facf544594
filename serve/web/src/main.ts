/** Starts the page: language, theme, access, then the room that the address names. */

import { access, learnAccess } from "./access.ts";
import { asProblem } from "./api.ts";
import { fill, h } from "./dom.ts";
import { textIn } from "./fragment.ts";
import { applyTheme, storedKey, storeKey } from "./preferences.ts";
import { problemView } from "./problem.ts";
import { openText } from "./rooms/periksa.ts";
import { Shell } from "./shell.ts";
import { speak, words } from "./words/index.ts";

/** A text in the address is taken into the page and leaves the address, so that it stays in no history. */
function takeTextFromAddress(): void {
  const text = textIn(location.hash);
  if (location.hash.includes("?")) history.replaceState(null, "", location.hash.split("?")[0]);
  if (text !== null) openText(text);
}

async function start(): Promise<void> {
  applyTheme();
  takeTextFromAddress();
  try {
    await speak();
    await learnAccess();
    if (access.keys && access.role === null && storedKey() !== null) storeKey(null);
  } catch (error) {
    const place = h("main", { class: "alone" });
    document.body.replaceChildren(place);
    fill(place, h("h1", {}, "Saring"), h("p", {}, words.tagline), problemView(asProblem(error), () => void start()));
    return;
  }
  const shell = new Shell(document.body);
  addEventListener("hashchange", () => {
    takeTextFromAddress();
    void shell.enter();
  });
  await shell.enter({ first: true });
}

void start();
