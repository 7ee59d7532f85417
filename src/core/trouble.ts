/** Expected errors that are told, while the work continues with what is left. */
import { describePlace, type ErrorCode, EspalierError, type Place } from './errors.js';

export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly at: Place | null;
  readonly hint: string;
}

export type Attempt<T> =
  | { readonly value: T; readonly trouble?: never }
  | { readonly value?: never; readonly trouble: Trouble };

/** Returns an expected error as a trouble; rethrows a defect. */
export async function attempt<T>(work: () => Promise<T>, typed: (thrown: unknown) => unknown): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (thrown) {
    const error = typed(thrown);
    if (!(error instanceof EspalierError)) throw thrown;
    return { trouble: troubleOf(error) };
  }
}

/** The error that `work` ends with where it has this code; undefined where it succeeds. Any other error is rethrown. */
export async function errorWith(code: ErrorCode, work: Promise<unknown>): Promise<EspalierError | undefined> {
  try {
    await work;
    return undefined;
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code === code) return thrown;
    throw thrown;
  }
}

export function troubleOf({ code, message, at, hint }: EspalierError): Trouble {
  return { code, message, at: at ?? null, hint };
}

/** "adapters/desk/adapter.yaml, line 3: unknown key `gte` [DECLARATION_INVALID]" */
export function describeTrouble({ code, message, at }: Trouble): string {
  const place = describePlace(at ?? undefined);
  return `${place === '' || message.includes(place) ? '' : `${place}: `}${message} [${code}]`;
}
