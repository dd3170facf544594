/** What the service answers, as in `serve/openapi.json`: a test holds every interface against it. */

export type Decision = "clear" | "review" | "flag";

export interface Evidence {
  start: number;
  end: number;
  text: string;
  weight: number;
}

export interface CategoryVerdict {
  id: string;
  name: string;
  probability: number;
  threshold: number;
  flagged: boolean;
  decision: Decision;
  guideline: number[];
  evidence: Evidence[];
}

export interface Verdict {
  id: string;
  model: ModelReference;
  flagged: boolean;
  decision: Decision;
  categories: CategoryVerdict[];
  read: Read;
}

export interface ModelReference {
  name: string;
  version: string;
}

export interface Read {
  characters: number;
  of: number;
  windows: number;
}

export interface Localised {
  id: string;
  en: string;
}

export interface Category {
  id: string;
  code: string;
  name: Localised;
  definition: Localised;
  yes: Localised;
  no: Localised;
  guideline: number[];
}

export interface Point {
  number: number;
  text: Localised;
}

export interface Taxonomy {
  categories: Category[];
  points: Point[];
}

export interface CategoryThresholds {
  review: number;
  flag: number;
}

export interface ModelResponse {
  name: string;
  version: string;
  kind: string;
  created: string;
  licence: string;
  text_rules: string;
  thresholds: Record<string, CategoryThresholds>;
  how: string;
  evaluation: Record<string, unknown>;
}

export interface FeedbackResponse {
  id: number;
  key: string;
  kept: ("key" | "labels" | "reviewer" | "verdict" | "text" | "note")[];
  until: string | null;
}

export interface Agreement {
  agreed: number;
  disagreed: number;
  undecided: number;
  share: number | null;
}

export interface CategoryFeedback {
  id: string;
  yes: number;
  no: number;
  agreement: Agreement;
}

export interface WaitingTexts {
  ready: number;
  without_text: number;
  conflicting: number;
}

export interface FeedbackSummary {
  corrections: number;
  texts: number;
  agreement: Agreement;
  categories: CategoryFeedback[];
  waiting: WaitingTexts;
}

export interface JobRows {
  done: number;
  total: number | null;
}

export interface JobSummary {
  read: number;
  scored: number;
  rejected: number;
  repeated: number;
  flagged: number;
  review: number;
  categories: Record<string, number>;
}

export interface JobProblem {
  code: string;
  title: string;
  detail: string;
  hint: string;
}

export interface JobModel {
  name: string;
  version: string;
}

export interface JobResult {
  kind: "table" | "report" | "rejections";
  format: "csv" | "xlsx" | "jsonl" | "parquet" | "html" | "json";
  url: string;
}

export interface JobResponse {
  id: string;
  name: string;
  state: "waiting" | "queued" | "running" | "done" | "failed";
  created: string;
  expires: string;
  columns: string[];
  preview: Record<string, string>[];
  text_column: string | null;
  why: string | null;
  rows: JobRows;
  ahead: number;
  summary: JobSummary | null;
  problem: JobProblem | null;
  model: JobModel | null;
  results: JobResult[];
}

export interface CategoryInDoubt {
  id: string;
  probability: number;
  review: number;
  threshold: number;
  decision: Decision;
}

export interface ReviewItem {
  text: string;
  why: "review" | "disputed";
  source: "recent" | "job" | "feedback";
  job: string | null;
  categories: CategoryInDoubt[];
  labels: Record<string, number>[];
  corrected: boolean;
}

export interface ReviewResponse {
  items: ReviewItem[];
  left: number;
}

export type Role = "classify" | "review" | "admin";

export interface AccessResponse {
  keys: boolean;
  role: Role | null;
  name: string | null;
}
