/** Reads a file that says which labels examples are to have. */
import { type Answers, readAnswersFrom } from '../curation/read-answers.js';
import { taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import { openInputs } from '../reading/open-input.js';
import type { Site } from './site.js';

/** @param file its path. @throws FILE_NOT_FOUND, INPUT_REJECTED, INPUT_EMPTY, INPUT_FORMAT, TASK_MISSING */
export async function readAnswersOf(
  { workspace, store }: Pick<Site, 'workspace' | 'store'>,
  adapter: string,
  file: string,
  { task }: { readonly task?: string | undefined } = {},
): Promise<Answers> {
  const declaration = await readDeclaration(workspace, adapter);
  const of = { declaration, task: taskNamed(declaration, task) };
  const inputs = await openInputs([{ path: file, name: file }], process.stdin, { columns: ['id', 'text', 'label'] });
  try {
    return await readAnswersFrom(store, of, inputs.files);
  } finally {
    await inputs.close();
  }
}
