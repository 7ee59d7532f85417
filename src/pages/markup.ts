/** HTML and SVG in which all data is escaped: only the output of `markup` itself is inserted unescaped. */
import { printable } from '../core/text.js';

export interface Markup {
  readonly source: string;
}

export type Content = string | number | Markup | readonly Markup[];

/** @example markup`<b>${name}</b>` */
export function markup(pieces: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return {
    source: pieces.map((piece, index) => piece + (index < contents.length ? sourceOf(contents[index]!) : '')).join(''),
  };
}

export const nothing: Markup = { source: '' };

function sourceOf(content: Content): string {
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return String(Math.round(content * 100) / 100);
  return 'source' in content ? content.source : content.map(({ source }) => source).join('\n');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character]!);
}
