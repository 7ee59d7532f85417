/** An error of one of several adapters, while the others continue. */
import { describePlace, EspalierError, type Place } from './errors.js';

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

export function troubleOf({ code, message, at, hint }: EspalierError): Trouble {
  return { code, message, at: at ?? null, hint };
}

/** "adapters/desk/adapter.yaml, line 3: unknown key `gte` [DECLARATION_INVALID]" */
export function describeTrouble({ code, message, at }: Trouble): string {
  const place = describePlace(at ?? undefined);
  return `${place === '' || message.includes(place) ? '' : `${place}: `}${message} [${code}]`;
}
