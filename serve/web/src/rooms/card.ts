/** One text to review, with what the model thought and a question for each category. */

import type { Category, CategoryInDoubt, ReviewItem, Taxonomy } from "../api-types.ts";
import { bar } from "../bar.ts";
import { type Child, fill, h, unseen } from "../dom.ts";
import { icon } from "../icons.ts";
import { type Answer, type Answers, labels, type Question } from "../labels.ts";
import { local, number, words } from "../words/index.ts";

export interface Card {
  element: HTMLElement;
  text: string;
  answers(): Answers;
  /** Whether none of the questions that brought the text here has an answer. */
  unanswered(): boolean;
  turn(at: number): void;
  focus(): void;
  busy(is: boolean): void;
  trouble(problem: HTMLElement): void;
}

interface Acts {
  confirm(): void;
  skip(): void;
}

export function card(item: ReviewItem, taxonomy: Taxonomy, { confirm, skip }: Acts): Card {
  const { tinjau } = words;
  const questions = taxonomy.categories.map((category, at) => question(item, category, at));
  const asked = questions.filter((each) => each.asked).map(({ id }) => id);
  const form = labels(questions);
  const trouble = h("div", { class: "trouble" });
  const text = h("blockquote", { class: "review-text", lang: "id", tabindex: "-1" }, item.text);
  const keep = h("button", { type: "button", class: "button primary", onclick: confirm }, icon("check"), tinjau.confirm);
  const element = h(
    "article",
    { class: "panel review-card" },
    text,
    h("p", { class: "review-why" }, icon("eye"), item.why === "disputed" ? tinjau.disputed : tinjau.doubtful),
    form.element,
    trouble,
    h("div", { class: "actions" }, keep, h("button", { type: "button", class: "button", onclick: skip }, tinjau.skip)),
  );
  return {
    element,
    text: item.text,
    answers: form.answers,
    unanswered: () => asked.length > 0 && asked.every((id) => form.answers()[id] === null),
    turn: form.turn,
    focus: () => text.focus({ preventScroll: true }),
    busy: (is) => {
      keep.disabled = is;
    },
    trouble: (problem) => fill(trouble, problem),
  };
}

function question(item: ReviewItem, category: Category, at: number): Question {
  const thought = item.categories.find(({ id }) => id === category.id);
  const opinions = item.labels.flatMap((labels) => labels[category.id] ?? []);
  const yes = opinions.filter((opinion) => opinion === 1).length;
  const differ = yes > 0 && yes < opinions.length;
  const asked = item.why === "disputed" ? differ : thought?.decision === "review";
  return {
    id: category.id,
    name: local(category.name),
    asked,
    answer: asked ? null : settled(opinions, thought),
    before: h("kbd", { "aria-hidden": "true" }, String(at + 1)),
    note: note(thought, opinions.length > 0 ? [yes, opinions.length - yes] : null),
  };
}

/** What nobody asks about: as the reviewers agreed, else as the model decided. */
function settled(opinions: number[], thought: CategoryInDoubt | undefined): Answer {
  if (opinions.length > 0) return opinions[0] === 1 ? 1 : 0;
  return thought === undefined ? null : thought.decision === "flag" ? 1 : 0;
}

function note(thought: CategoryInDoubt | undefined, opinions: [number, number] | null): Child {
  if (thought === undefined) return null;
  const level = bar();
  const spoken = level.show({ ...thought, flag: thought.threshold });
  const said = opinions && `${words.tinjau.opinions}: ${words.tinjau.opinion(number(opinions[0]), number(opinions[1]))}`;
  return h("div", {}, level.element, unseen(spoken), said && h("p", { class: "note" }, said));
}
