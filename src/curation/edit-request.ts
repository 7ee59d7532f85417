/** What is asked of an edit, and the examples that it changes. */
import type { Principal } from '../store/audit.js';
import type { Marks } from '../store/curation.js';
import type { EditAct, Rename } from '../store/edits.js';
import type { Example } from '../store/examples.js';
import type { Standing } from '../store/revisions.js';

export interface EditRequest {
  readonly adapter: string;
  readonly act: EditAct;
  /** What it is to do, in words. */
  readonly summary: string;
  /** Why; kept for ever. */
  readonly reason: string;
  readonly actor: Principal;
  readonly at: Date;
  /** The edit that this one takes back. */
  readonly undoes?: number;
  /** Numbers of the examples that it is about. */
  readonly ids: readonly number[];
  /** The fields that are to hold, whether they do already or not. @throws what forbids it */
  readonly change: (example: Example, standing: Standing) => Partial<Standing>;
  /** Labels that get another name as a whole. */
  readonly renames?: readonly Rename[];
  /** Called with each example that is changed; the edit may fail yet. */
  readonly onEdited?: (edited: Edited) => void;
}

/** An example that an edit changes, or would change. */
export interface Edited {
  readonly example: Example;
  /** What was decided of it before. */
  readonly marks: Marks;
  readonly before: Partial<Standing>;
  readonly after: Partial<Standing>;
}
