/**
 * The frame of a page that needs nothing else: no script, no font, no picture from outside, and a policy that lets none
 * in.
 */
import { type Markup, markup } from './markup.js';
import { styleSheet } from './style.js';

export interface Page {
  readonly title: string;
  /** Rules beside those that every page has; they hold nothing from data. */
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
