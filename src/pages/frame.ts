/**
 * The frame of a self-contained page: no script, font or picture from outside, and a content security policy that
 * allows none.
 */
import { type Markup, markup } from './markup.js';
import { styleSheet } from './style.js';

export interface Page {
  readonly title: string;
  /** Style rules in addition to those of every page; they contain nothing from data. */
  readonly style: string;
  readonly body: Markup;
}

export function renderPage({ title, style, body }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
${markup`<title>${title}</title>`.source}
<style>${styleSheet}${style}</style>
</head>
<body>
${body.source}
</body>
</html>
`;
}
