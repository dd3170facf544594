/** What the page needs to know of the service before it can show anything: categories, points, the model. */

import type { Category, ModelResponse, Taxonomy } from "./api-types.ts";
import { ask, Problem } from "./api.ts";

let taxonomyAnswer: Promise<Taxonomy> | null = null;
let modelAnswer: Promise<ModelResponse> | null = null;

export function taxonomy(): Promise<Taxonomy> {
  taxonomyAnswer ??= ask<Taxonomy>("taxonomy").catch((error: unknown) => {
    taxonomyAnswer = null;
    throw error;
  });
  return taxonomyAnswer;
}

/** The model in force; waits while the service still loads it. */
export function model(): Promise<ModelResponse> {
  modelAnswer ??= loaded().catch((error: unknown) => {
    modelAnswer = null;
    throw error;
  });
  return modelAnswer;
}

/** The model after a promotion: called with the version that a verdict names. */
export function modelOf(version: string): Promise<ModelResponse> {
  return model().then((known) => {
    if (known.version === version) return known;
    modelAnswer = null;
    return model();
  });
}

export function category(known: Taxonomy, id: string): Category | undefined {
  return known.categories.find((each) => each.id === id);
}

async function loaded(): Promise<ModelResponse> {
  for (;;) {
    try {
      return await ask<ModelResponse>("model");
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "model_loading") throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * (error.retryAfter ?? 1)));
    }
  }
}
