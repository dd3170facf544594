/** Who the person is to the service: what their key, if any is needed, lets them do. */

import { ask } from "./api.ts";
import type { AccessResponse, Role } from "./api-types.ts";
import { storeKey } from "./preferences.ts";

const ORDER: readonly Role[] = ["classify", "review", "admin"]; // each includes the former

/** `keys` tells whether keys are asked for, `role` what the one that was sent allows. */
export let access: AccessResponse = { keys: false, role: "admin", name: null };

export async function learnAccess(): Promise<void> {
  access = await ask<AccessResponse>("access");
}

/** Takes up a key; `false`, and the key is forgotten, where the service does not know it. */
export async function enter(key: string): Promise<boolean> {
  storeKey(key);
  try {
    await learnAccess();
  } catch (error) {
    storeKey(null);
    throw error;
  }
  if (access.role === null) storeKey(null);
  return access.role !== null;
}

export async function leave(): Promise<void> {
  storeKey(null);
  await learnAccess();
}

export function may(role: Role | null): boolean {
  if (role === null) return true;
  return access.role !== null && ORDER.indexOf(access.role) >= ORDER.indexOf(role);
}
