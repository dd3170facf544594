/** A text in the part of an address behind `#`, which browsers never send to a server. */

const NAME = "teks=";

/** A link to this page that holds `text`; made only when a person asks for it. */
export function linkTo(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const safe = base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return `${location.origin}${location.pathname}#periksa?${NAME}${safe}`;
}

/** The text that a fragment holds; `null` where it holds none, or was cut on its way. */
export function textIn(fragment: string): string | null {
  const at = fragment.indexOf(`?${NAME}`);
  if (at < 0) return null;
  try {
    const base64 = fragment.slice(at + NAME.length + 1).replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
