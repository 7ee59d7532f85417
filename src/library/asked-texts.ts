/** Texts without labels that a caller brings, and the tasks that the champion can be asked about them. */
import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { type Task, taskNamed } from '../declaration/tasks.js';
import { questionOf } from '../serving/questions.js';
import type { Manifest } from '../versions/manifest.js';

/** Cleaned texts; those that cannot be asked, such as empty ones, are left out. @throws INPUT_EMPTY */
export function readableTexts(texts: readonly string[]): string[] {
  const read = texts.flatMap((text) => {
    const { content } = questionOf(text);
    return 'value' in content ? [content.value] : [];
  });
  if (read.length === 0) throw new EspalierError('INPUT_EMPTY', 'the input holds no text');
  return read;
}

/** The named task, or all tasks that the champion has learned. @throws TASK_UNKNOWN */
export function requireLearned(
  declaration: AdapterDeclaration,
  { classes, version }: Pick<Manifest, 'classes' | 'version'>,
  task: string | undefined,
): Task[] {
  const declared = task === undefined ? declaration.tasks : [taskNamed(declaration, task)];
  const learned = declared.filter(({ name }) => classes.some((own) => own.task === name));
  if (learned.length > 0) return learned;
  const names = declared.map(({ name }) => name).join(', ');
  throw new EspalierError('TASK_UNKNOWN', `version ${version} of ${declaration.name} has not learned ${names}`);
}
