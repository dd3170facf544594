/** Evidence as stretches of a text. Offsets count code points, as the service does; strings count UTF-16 units. */

import type { Evidence } from "./api-types.ts";

/** Strengths from 0 (weak) to 3 (very strong), against the strongest of the same category. */
export type Strength = 0 | 1 | 2 | 3;

export interface Marked {
  text: string;
  strength: Strength | null;
}

export function strength(weight: number, strongest: number): Strength {
  const share = strongest > 0 ? weight / strongest : 0;
  return share > 0.75 ? 3 : share > 0.5 ? 2 : share > 0.25 ? 1 : 0;
}

export function strongest(evidence: Evidence[]): number {
  return Math.max(0, ...evidence.map((piece) => piece.weight));
}

/** The whole text in order, cut where the strength changes; where categories overlap the stronger shows. */
export function marked(text: string, byCategory: Evidence[][]): Marked[] {
  const points = Array.from(text);
  const strengths = new Array<Strength | null>(points.length).fill(null);
  for (const evidence of byCategory) {
    const top = strongest(evidence);
    for (const piece of evidence) {
      const here = strength(piece.weight, top);
      for (let at = piece.start; at < Math.min(piece.end, points.length); at++) {
        const before = strengths[at] ?? null;
        if (before === null || here > before) strengths[at] = here;
      }
    }
  }
  const runs: Marked[] = [];
  points.forEach((point, at) => {
    const here = strengths[at] ?? null;
    const last = runs.at(-1);
    if (last !== undefined && last.strength === here) last.text += point;
    else runs.push({ text: point, strength: here });
  });
  return runs;
}

/** The evidence that still stands in a text whose beginning alone is known to be as it was judged. */
export function surviving(evidence: Evidence[], judged: string, now: string): Evidence[] {
  const before = Array.from(judged);
  const after = Array.from(now);
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  return evidence.filter((piece) => piece.end <= same);
}
