/** What stands around the rooms: name, ways to the rooms, language, theme, key. */

import { access, leave, may } from "./access.ts";
import { model } from "./about.ts";
import { asProblem } from "./api.ts";
import { fill, h, say, set } from "./dom.ts";
import { icon } from "./icons.ts";
import { storeTheme, theme } from "./preferences.ts";
import { problemView } from "./problem.ts";
import { NEEDS, type Room, type RoomName, ROOMS } from "./room.ts";
import { berkas } from "./rooms/berkas.ts";
import { door } from "./rooms/door.ts";
import { pedoman } from "./rooms/pedoman.ts";
import { periksa } from "./rooms/periksa.ts";
import { tinjau } from "./rooms/tinjau.ts";
import { language, speak, words } from "./words/index.ts";

const OPEN: Record<RoomName, () => Promise<Room>> = { periksa, berkas, tinjau, pedoman };

export class Shell {
  private room: Room | null = null;
  private visit = 0;
  private readonly main = h("main", { id: "isi", tabindex: "-1" });

  constructor(private readonly body: HTMLElement) {
    this.draw();
  }

  /** Shows the room that the address names; the first one leaves the focus where the browser put it. */
  async enter({ first = false } = {}): Promise<void> {
    const visit = ++this.visit;
    const name = wanted();
    this.room?.leave?.();
    this.room = null;
    this.draw();
    document.title = name === null ? "Saring" : `${words.rooms[name]} · Saring`;
    fill(this.main, h("p", { class: "note", role: "status" }, words.loading));
    let room: Room;
    try {
      room = name === null ? door(() => void this.enter()) : await OPEN[name]();
    } catch (error) {
      room = { element: problemView(asProblem(error), () => void this.enter()) };
    }
    if (visit !== this.visit) {
      room.leave?.();
      return;
    }
    this.room = room;
    fill(this.main, room.element);
    if (!first) this.main.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    if (!first) scrollTo(0, 0);
  }

  private draw(): void {
    this.body.replaceChildren(
      h("a", { class: "skip", href: "#isi", onclick: (event) => {
        event.preventDefault(); // the address names the room
        this.main.focus();
      } }, words.skip),
      h("header", { class: "top" }, h("div", { class: "top-inner" }, brand(), ways(), this.tools())),
      this.main,
      foot(),
    );
  }

  private tools(): HTMLElement {
    const toLanguage = language === "id" ? "en" : "id";
    const speaking = h(
      "button",
      { type: "button", class: "tool", id: "language", lang: toLanguage, "aria-label": words.toOtherLanguage, onclick: () => void this.speak() },
      toLanguage.toUpperCase(),
    );
    const look = h("button", { type: "button", class: "tool", onclick: () => {
      storeTheme(theme() === "dark" ? "light" : "dark");
      showLook();
    } });
    const showLook = (): void => {
      const dark = theme() === "dark";
      set(look, "aria-label", dark ? words.toLight : words.toDark);
      fill(look, icon(dark ? "sun" : "moon"));
    };
    showLook();
    matchMedia("(prefers-color-scheme: dark)").onchange = showLook;
    return h("div", { class: "tools" }, this.holder(), speaking, look);
  }

  private holder(): HTMLElement | false {
    if (!access.keys || access.role === null) return false;
    const role = words.access.roles[access.role];
    return h(
      "span",
      { class: "holder" },
      icon("key"),
      h("span", {}, access.name === null ? role : `${access.name} · ${role}`),
      h("button", { type: "button", class: "link-button", onclick: () => void leave().then(() => this.enter()) }, words.access.leave),
    );
  }

  private async speak(): Promise<void> {
    try {
      await speak(language === "id" ? "en" : "id");
    } catch {
      location.reload(); // the service was renewed, and this page's words went with the old one
      return;
    }
    await this.enter({ first: true });
    document.getElementById("language")?.focus();
  }
}

/** The room in the address, else the first that the person may use; `null` where a key is asked for first. */
function wanted(): RoomName | null {
  const named = location.hash.slice(1) as RoomName;
  if (ROOMS.includes(named) && may(NEEDS[named])) return named;
  return may("classify") ? "periksa" : null;
}

function brand(): HTMLElement {
  return h("a", { class: "brand", href: "#periksa" }, icon("sieve"), h("span", { class: "brand-name" }, "Saring"), h("span", { class: "brand-tagline" }, words.tagline));
}

function ways(): HTMLElement {
  const here = wanted();
  const rooms = ROOMS.filter((name) => may(NEEDS[name]));
  return h(
    "nav",
    { "aria-label": words.roomsLabel },
    ...rooms.map((name) => h("a", { href: `#${name}`, "aria-current": name === here ? "page" : null }, words.rooms[name])),
  );
}

function foot(): HTMLElement {
  const judged = h("span");
  model().then(({ name, version }) => say(judged, words.modelLine(`${name} ${version}`)), () => {});
  return h("footer", { class: "foot" }, judged, h("span", {}, words.privacyLine), h("a", { href: "openapi.json" }, "API"));
}
