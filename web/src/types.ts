/** The shapes of docs/http.md, written by hand. Times are Unix seconds. */

export interface Progress {
  labeled: number;
  total: number;
  skipped: number;
  unsure: number;
  open: number;
  audit: number;
  answers: number;
}

export interface Class {
  name: string;
  key: string | null;
  index: number;
  count: number;
  predicted: number | null;
  description: string;
}

export interface Estimate {
  value: number;
  low: number;
  high: number;
  n: number;
  method: string;
}

export interface Advice {
  stop: boolean;
  gain: Estimate | null;
  reason: string;
}

export interface Model {
  version: number;
  knows: number;
  labels: number;
  state: 'starting' | 'idle' | 'training' | 'failed';
  learner: string;
  restarts: number;
  detail: string;
  at: number | null;
}

export interface Plan {
  strategy: string;
  learner: string;
  audit: number;
  seed: number;
  representation: string;
  representation_why: string;
}

export interface Project {
  id: string;
  name: string;
  kind: string;
  version: number;
  progress: Progress;
  classes: Class[];
  plan: Plan;
  model: Model;
  estimate: Estimate | null;
  advice: Advice | null;
  skipped_files: number;
  read_only: string | null;
}

export interface ProjectLine {
  id: string;
  name: string;
  kind: string;
  labeled: number;
  total: number;
  open: number;
}

export interface Field {
  name: string;
  value: string;
  unusual?: string | null;
  missing?: boolean;
}

export interface TextContent {
  type: 'text';
  text: string;
  fields?: Field[];
}
export interface TableContent {
  type: 'table';
  fields: Field[];
}
export interface ImageContent {
  type: 'image';
  url: string;
  width: number;
  height: number;
  name: string;
}
export interface VectorContent {
  type: 'vector';
  values: number[];
  length: number;
}
export interface BrokenContent {
  type: 'broken';
  name: string;
  message: string;
}
export type Content = TextContent | TableContent | ImageContent | VectorContent | BrokenContent;

export type ReasonKind = 'uncertain' | 'unlike' | 'typical' | 'rare' | 'random' | 'audit' | 'relabel' | 'start';

export interface Reason {
  kind: ReasonKind;
  text: string;
  numbers?: Record<string, number>;
}

export interface Suggestion {
  class: string;
  probability: number;
  probabilities: Record<string, number>;
  model_version: number;
}

export interface Item {
  item: string;
  content: Content;
  reason: Reason | null;
  suggestion: Suggestion | null;
  audit: boolean;
}

export type NothingLeft = 'all_labeled' | 'leased' | 'only_skipped';

export interface Next {
  items: Item[];
  progress: Progress;
  model: Model;
  nothing_left: NothingLeft | null;
}

export type AnswerKind = 'label' | 'skip' | 'unsure';

export interface AnswerBody {
  key: string;
  item: string;
  value: string | null;
  kind: AnswerKind;
  seconds?: number;
  note?: string;
  n?: number;
  suggested?: string;
}

export interface AnswerReply {
  saved: true;
  version: number;
  next: Item[];
  progress: Progress;
  model: Model;
}

export interface UndoReply {
  saved: true;
  version: number;
  undone: { item: string; value: string | null; kind: AnswerKind } | null;
  item: Item | null;
  progress: Progress;
}

export interface Answer {
  item: string;
  /** the UUID it was sent with; null where it came another way */
  key: string | null;
  kind: AnswerKind;
  value: string | null;
  suggested: string | null;
  annotator: string;
  at: number;
  seconds: number | null;
  version: number;
  audit: boolean;
  note: string | null;
  brief: string;
  thumb: string | null;
}

export interface ItemLine {
  item: string;
  brief: string;
  thumb: string | null;
  label: string | null;
  kind: string | null;
  note: string | null;
  suggestion: { class: string; probability: number } | null;
}

export interface ItemFull extends Item {
  label: string | null;
  kind: string | null;
  note: string | null;
  answers: Answer[];
  position: number;
}

export interface ItemQuery {
  q: string;
  label: string;
  kind: string;
  predicted: string;
  sort: string;
}

export type ClassAction = 'add' | 'rename' | 'merge' | 'delete' | 'describe' | 'restore';

export interface ClassChange {
  action: ClassAction;
  name: string;
  to?: string;
  description?: string;
}

export interface ClassPreview {
  affected: number;
  classes: Class[];
}

export interface CurvePoint {
  labels: number;
  value: number;
  low: number;
  high: number;
  n: number;
}

export interface Curve {
  points: CurvePoint[];
  metric: string;
  balance: { labels: number; counts: Record<string, number> }[];
}

export interface ExportFormat {
  name: string;
  title: string;
  suffix: string;
  loses: string;
  available: boolean;
  install: string | null;
}

export interface Exports {
  formats: ExportFormat[];
  preview: { columns: string[]; rows: (string | number | null)[][] };
}
