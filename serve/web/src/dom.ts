/** Elements without markup strings: what a person wrote can never become part of the page's code. */

type Value = string | number | boolean | null | undefined;
type Handlers = { [K in keyof HTMLElementEventMap as `on${K}`]?: (event: HTMLElementEventMap[K]) => void };
type Attributes = Handlers & { [name: string]: Value | ((event: never) => void) };
export type Child = Node | string | null | undefined | false;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else set(element, name, value);
  }
  element.append(...present(children));
  return element;
}

/** Sets, or with `false`, `null` and `undefined` removes, an attribute. */
export function set(element: Element, name: string, value: Value): void {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...present(children));
}

/** Changes the text only when it differs, so that screen readers do not repeat it. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Text for screen readers only. */
export function unseen(text: string): HTMLElement {
  return h("span", { class: "unseen" }, text);
}

/** A number for the style sheet: `--name`, set through CSSOM as the page's policy allows no inline style. */
export function measure(element: HTMLElement, name: string, value: number): void {
  element.style.setProperty(`--${name}`, value.toFixed(4));
}

function present(children: Child[]): (Node | string)[] {
  return children.filter((child): child is Node | string => child instanceof Node || (typeof child === "string" && child !== ""));
}
