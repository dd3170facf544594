/** Pedoman: what each category means, the circular's points, and how far the model can be trusted. */

import { model, taxonomy } from "../about.ts";
import { asProblem } from "../api.ts";
import type { Category, ModelResponse, Taxonomy } from "../api-types.ts";
import { fill, h } from "../dom.ts";
import { figures } from "./figures.ts";
import { icon } from "../icons.ts";
import { problemView } from "../problem.ts";
import type { Room } from "../room.ts";
import { examples } from "../words/examples.ts";
import { list, local, number, words } from "../words/index.ts";

export async function pedoman(): Promise<Room> {
  const known = await taxonomy();
  const about = h("section", { class: "figures", "aria-labelledby": "figures-title" });
  const show = (loaded: ModelResponse): void => fill(about, ...figures(known, loaded));
  model().then(show, (error: unknown) => fill(about, problemView(asProblem(error))));
  return {
    element: h(
      "div",
      { class: "pedoman" },
      h("header", { class: "room-head" }, h("h1", { tabindex: "-1" }, words.pedoman.title), h("p", { class: "lead" }, words.pedoman.lead)),
      h("section", { class: "rule", "aria-labelledby": "rule-title" }, h("h2", { id: "rule-title" }, words.pedoman.rule), h("p", {}, words.pedoman.ruleText)),
      h(
        "section",
        { "aria-labelledby": "categories-title" },
        h("h2", { id: "categories-title" }, words.pedoman.categories),
        h("div", { class: "cards" }, ...known.categories.map((category, at) => card(category, at))),
      ),
      points(known),
      about,
    ),
  };
}

function card(category: Category, at: number): HTMLElement {
  const { pedoman } = words;
  const example = examples[category.id];
  const side = (kind: "yes" | "no", title: string): HTMLElement =>
    h(
      "div",
      { class: `side side-${kind}` },
      h("h4", {}, icon(kind === "yes" ? "flag" : "check"), title),
      h("p", {}, local(category[kind])),
      example && h("blockquote", { lang: "id" }, example[kind]),
    );
  return h(
    "article",
    { class: "card" },
    h("header", {}, h("span", { class: "card-number" }, number(at + 1)), h("h3", {}, local(category.name)), h("span", { class: "card-points" }, pedoman.pointsOf(list(category.guideline.map(number))))),
    h("p", { class: "definition" }, local(category.definition)),
    h("div", { class: "sides" }, side("yes", pedoman.falls), side("no", pedoman.fallsNot)),
  );
}

function points(known: Taxonomy): HTMLElement {
  const { pedoman } = words;
  return h(
    "section",
    { "aria-labelledby": "points-title" },
    h("h2", { id: "points-title" }, pedoman.points),
    h(
      "ol",
      { class: "circular" },
      ...known.points.map((point) => {
        const covering = known.categories.filter(({ guideline }) => guideline.includes(point.number));
        const names = covering.map(({ name }) => local(name)).join(", ");
        return h(
          "li",
          {},
          h("span", { class: "point-number", "aria-hidden": "true" }, number(point.number)),
          h("div", {}, h("p", {}, local(point.text)), h("p", { class: "covering" }, names === "" ? pedoman.notByModel : names)),
        );
      }),
    ),
  );
}
