/** The eight categories of a verdict: how sure, why, and which point of the circular it concerns. */

import type { Category, CategoryVerdict, ModelResponse, Taxonomy, Verdict } from "./api-types.ts";
import { bar, legend } from "./bar.ts";
import { fill, h, measure, say, set, unseen } from "./dom.ts";
import { icon } from "./icons.ts";
import { strength, strongest } from "./marks.ts";
import { language, list, local, number, percent, words } from "./words/index.ts";

export const DECISION_ICON = { flag: "flag", review: "eye", clear: "check" } as const;

export interface VerdictList {
  element: HTMLElement;
  show(verdict: Verdict | null, model: ModelResponse | null): void;
}

/** `pointed` is told the category whose words alone should be marked, `null` for all. */
export function verdictList(taxonomy: Taxonomy, pointed: (id: string | null) => void): VerdictList {
  const rows = taxonomy.categories.map((category) => row(category, taxonomy, pointed));
  return {
    element: h(
      "section",
      { class: "verdicts", "aria-labelledby": "verdicts-title" },
      h("h2", { id: "verdicts-title" }, words.periksa.categories),
      legend(),
      h("ol", { class: "categories" }, ...rows.map((each) => each.element)),
    ),
    show(verdict, model) {
      rows.forEach((each, at) => each.show(verdict?.categories[at] ?? null, model));
    },
  };
}

/** The verdict in one line, and what to make of it. */
export function headline(verdict: Verdict, taxonomy: Taxonomy): { title: string; hint: string } {
  const names = (decision: string): string =>
    list(taxonomy.categories.filter((_, at) => verdict.categories[at]?.decision === decision).map(({ name }) => local(name)));
  const { periksa } = words;
  if (verdict.decision === "flag") return { title: periksa.flagged(names("flag")), hint: periksa.flaggedHint };
  if (verdict.decision === "review") return { title: periksa.doubtful(names("review")), hint: periksa.doubtfulHint };
  return { title: periksa.clean, hint: periksa.cleanHint };
}

interface Row {
  element: HTMLElement;
  show(verdict: CategoryVerdict | null, model: ModelResponse | null): void;
}

function row(category: Category, taxonomy: Taxonomy, pointed: (id: string | null) => void): Row {
  const level = bar();
  const badge = h("span", { class: "badge" });
  const share = h("span", { class: "share", "aria-hidden": "true" });
  const spoken = unseen("");
  const body = h("div", { class: "category-body", id: `category-${category.id}` });
  const button = h(
    "button",
    { type: "button", class: "category-head", "aria-expanded": "false", "aria-controls": body.id, onclick: () => open(body.hidden === true, true) },
    h("span", { class: "category-name" }, local(category.name)),
    badge,
    share,
    level.element,
    spoken,
    icon("chevron"),
  );
  const element = h(
    "li",
    {
      class: "category",
      onpointerenter: () => pointed(category.id),
      onpointerleave: () => pointed(null),
      onfocusin: () => pointed(category.id),
      onfocusout: () => pointed(null),
    },
    h("h3", {}, button),
    body,
  );
  let byHand = false; // a row that a person opened or closed stays so for this text

  function open(wanted: boolean, hand: boolean): void {
    byHand = hand;
    body.hidden = !wanted;
    set(button, "aria-expanded", String(wanted));
  }

  open(false, false);
  fill(body, ...reasons(category, taxonomy, null));
  return {
    element,
    show(verdict, model) {
      const flag = verdict?.threshold ?? 0;
      const review = model?.thresholds[category.id]?.review ?? flag;
      say(spoken, level.show(verdict && { ...verdict, review, flag }));
      say(share, verdict ? percent(verdict.probability) : "");
      element.dataset.decision = verdict?.decision ?? "none";
      const decision = verdict?.decision ?? "none";
      if (badge.dataset.decision !== decision)
        fill(badge, ...(decision === "none" ? [] : [icon(DECISION_ICON[decision]), h("span", {}, words.decision[decision])]));
      badge.dataset.decision = decision;
      if (verdict === null) open(false, false);
      else if (!byHand) open(verdict.decision !== "clear", false);
      fill(body, ...reasons(category, taxonomy, verdict));
    },
  };
}

function reasons(category: Category, taxonomy: Taxonomy, verdict: CategoryVerdict | null): (HTMLElement | null)[] {
  const points = taxonomy.points.filter(({ number }) => category.guideline.includes(number));
  return [
    evidence(verdict),
    category.id === "hoaks"
      ? h("p", { class: "caveat" }, icon("info"), h("span", {}, words.periksa.hoaks))
      : h("p", { class: "definition" }, local(category.definition)),
    h(
      "div",
      { class: "points" },
      h("h4", {}, words.periksa.points(list(points.map((point) => number(point.number))))),
      h("ul", {}, ...points.map((point) => h("li", {}, h("span", { class: "point-number" }, number(point.number)), h("span", {}, local(point.text))))),
    ),
  ];
}

function evidence(verdict: CategoryVerdict | null): HTMLElement | null {
  if (verdict === null || verdict.evidence.length === 0) return null;
  const top = strongest(verdict.evidence);
  const strongestFirst = verdict.evidence.toSorted((one, other) => other.weight - one.weight);
  return h(
    "div",
    { class: "evidence" },
    h("h4", {}, words.periksa.words),
    h(
      "ul",
      {},
      ...strongestFirst.map((piece) => {
        const here = strength(piece.weight, top);
        const meter = h("span", { class: "meter", "aria-hidden": "true" });
        measure(meter, "weight", top > 0 ? piece.weight / top : 0);
        return h(
          "li",
          {},
          h("q", { lang: "id", class: `strength-${here}` }, piece.text),
          meter,
          h("span", { class: "strength-word", lang: language }, words.periksa.strength[here]),
        );
      }),
    ),
  );
}
