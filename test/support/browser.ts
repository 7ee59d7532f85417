/**
 * A page as a browser lays it out, where one is installed: how wide it became, what reaches beyond it, and what is too
 * pale to read.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
export const browser = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

export interface Layout {
  /** Pixels. */
  readonly width: number;
  /** Elements whose right edge lies beyond the window. */
  readonly beyond: readonly string[];
  /** Tables that have to be scrolled to the side. */
  readonly scrolled: readonly string[];
  /** Text with less than 4.5 to 1 against the ground (WCAG 2.2, 1.4.3). */
  readonly pale: readonly string[];
  readonly texts: number;
}

/** Runs in the browser, over the document of the frame. */
const measure = `
const frame = document.querySelector('iframe');
frame.addEventListener('load', () => setTimeout(() => {
  const page = frame.contentDocument, style = (element) => frame.contentWindow.getComputedStyle(element);
  for (const closed of page.querySelectorAll('details')) closed.open = true;
  const name = (element) => element.tagName + ' ' + element.textContent.trim().slice(0, 40);
  const all = [...page.querySelectorAll('main *')].filter((element) => !element.closest('.unseen'));
  const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  const luminance = (colour) => { const [red, green, blue] = channels(colour); return 0.2126 * red + 0.7152 * green + 0.0722 * blue; };
  const ground = luminance(style(page.body).backgroundColor);
  const ratio = (element) => { const own = luminance(element.closest('svg') ? style(element).fill : style(element).color); return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05); };
  const texts = all.filter((element) => !['title', 'desc'].includes(element.tagName) && [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  const result = document.body.appendChild(document.createElement('pre'));
  result.textContent = JSON.stringify({
    width: page.documentElement.scrollWidth,
    beyond: all.filter((element) => !(element instanceof frame.contentWindow.SVGElement) && element.getBoundingClientRect().right > frame.clientWidth + 1).map(name),
    scrolled: [...page.querySelectorAll('.scroll')].filter((element) => style(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1).map(name),
    pale: texts.filter((element) => ratio(element) < 4.5).map(name),
    texts: texts.length,
  });
}, 100));
`;

export function layOut(page: string, width: number, scheme: 'dark' | 'light'): Layout {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-page-'));
  try {
    writeFileSync(join(folder, 'page.html'), page);
    const frame = `<iframe src="page.html" style="border:0;width:${width}px;height:60000px"></iframe>`;
    writeFileSync(join(folder, 'frame.html'), `${frame}<script>${measure}</script>`);
    const dump = execFileSync(
      browser!,
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-web-security', '--allow-file-access-from-files'],
        ...[
          `--user-data-dir=${join(folder, 'profile')}`,
          `--blink-settings=preferredColorScheme=${scheme === 'dark' ? 0 : 1}`,
        ],
        ...['--virtual-time-budget=3000', '--dump-dom', pathToFileURL(join(folder, 'frame.html')).href],
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
    );
    const result = /<pre>(.*)<\/pre>/s.exec(dump)![1]!;
    return JSON.parse(result.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')) as Layout;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
