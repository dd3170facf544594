/** A room of the page: what it shows, and how it lets go when the person leaves. */

import type { Role } from "./api-types.ts";

export interface Room {
  element: HTMLElement;
  leave?(): void;
}

export type RoomName = "periksa" | "berkas" | "tinjau" | "pedoman";

export const ROOMS: readonly RoomName[] = ["periksa", "berkas", "tinjau", "pedoman"];

/** The least role that may use a room; `null` where none is needed. */
export const NEEDS: Record<RoomName, Role | null> = {
  periksa: "classify",
  berkas: "classify",
  tinjau: "review",
  pedoman: null,
};

export function go(room: RoomName): void {
  location.hash = room;
}
