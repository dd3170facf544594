/** Yes, no or unknown for each category: what a correction says. */

import type { FeedbackResponse } from "./api-types.ts";
import { ask } from "./api.ts";
import { type Child, h, unseen } from "./dom.ts";
import { date, words } from "./words/index.ts";

export type Answer = 1 | 0 | null;
export type Answers = Record<string, Answer>;

export interface Question {
  id: string;
  name: string;
  /** What the answer is before anybody gave one. */
  answer: Answer;
  /** Stands before the name: a key to press, say. */
  before?: Child;
  /** Stands below the name. */
  note?: Child;
  /** Marked as what the person is asked about. */
  asked?: boolean;
}

export interface Labels {
  element: HTMLElement;
  answers(): Answers;
  /** Gives the question at this place the next answer: yes, no, unknown. */
  turn(at: number): void;
}

let groups = 0;

export function labels(questions: Question[], changed: () => void = () => {}): Labels {
  const given = new Map(questions.map(({ id, answer }) => [id, answer]));
  const rows = questions.map((question) => row(question, (answer) => {
    given.set(question.id, answer);
    changed();
  }));
  return {
    element: h("div", { class: "labels" }, ...rows.map((each) => each.element)),
    answers: () => Object.fromEntries(given),
    turn(at) {
      const question = questions[at];
      if (question === undefined) return;
      const answer = given.get(question.id) ?? null;
      rows[at]?.choose(answer === 1 ? 0 : answer === 0 ? null : 1);
    },
  };
}

/** Sends a correction of `text`; the answer says what was kept of it. */
export function correct(text: string, answers: Answers): Promise<FeedbackResponse> {
  return ask<FeedbackResponse>("feedback", { method: "POST", json: { text, labels: answers } });
}

export function keptWords(answer: FeedbackResponse): string {
  const kept = answer.until === null ? words.labels.keptKey : words.labels.keptText(date(answer.until));
  return `${words.labels.thanks} ${kept}`;
}

function row(question: Question, chosen: (answer: Answer) => void): { element: HTMLElement; choose: (answer: Answer) => void } {
  const group = `labels-${++groups}`;
  const choices: [Answer, string][] = [[1, words.yes], [0, words.no], [null, words.unknown]];
  const inputs = choices.map(([answer]) =>
    h("input", {
      type: "radio",
      name: group,
      checked: answer === question.answer,
      onchange: () => chosen(answer),
    }),
  );
  const element = h(
    "div",
    { class: question.asked ? "label-row asked" : "label-row", role: "radiogroup", "aria-labelledby": `${group}-name` },
    h(
      "div",
      { class: "label-name", id: `${group}-name` },
      question.before,
      h("span", {}, question.name),
      question.asked && unseen(`(${words.tinjau.asked})`),
    ),
    h(
      "div",
      { class: "choices" },
      ...choices.map(([answer, word], at) =>
        h("label", { class: `choice choice-${answer ?? "unknown"}` }, inputs[at], h("span", {}, word)),
      ),
    ),
    question.note && h("div", { class: "label-note" }, question.note),
  );
  return {
    element,
    choose(answer) {
      const input = inputs[choices.findIndex(([each]) => each === answer)];
      if (input === undefined) return;
      input.checked = true;
      chosen(answer);
    },
  };
}
