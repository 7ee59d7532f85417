/** The page as a browser shows it. Skipped where none is installed. */
import { describe, expect, it } from 'vitest';
import { renderReportPage } from '#espalier/pages/report/page.js';
import { browser, layOut } from '../support/browser.js';
import { pageOf, type Say } from '../support/report.js';

const plain: Say = (name) => name;
/** As names of suites and labels are where nobody thought of a page. */
const long: Say = (name) => `${name}_with_a_name_that_goes_on_and_on_without_a_blank`;

/** Paper has the rules of print, and none of a narrow screen. */
const onPaper = (page: string) =>
  page
    .replaceAll('@media print', '@media all')
    .replaceAll(/@media (screen and )?\(max-width: 640px\)/g, '@media not all');

describe.skipIf(browser === undefined)('the page of a report in a browser', () => {
  it.each([
    ['on a phone', 420, 'dark', plain],
    ['on a phone, with long names', 420, 'dark', long],
    ['on a small phone', 360, 'light', plain],
    ['on a desk', 1100, 'light', plain],
    ['on a desk in the dark, with long names', 1100, 'dark', long],
  ] as const)('fits %s, and every text can be read', (_, width, scheme, say) => {
    const layout = layOut(renderReportPage(pageOf(say)), width, scheme);
    expect(layout.texts).toBeGreaterThan(300);
    expect(layout).toMatchObject({ width, beyond: [], scrolled: [], pale: [] });
  });

  it.each([
    ['plain', plain],
    ['long', long],
  ])('fits a sheet of A4, with %s names', (_, say) => {
    // 210 mm less margins of 1 cm.
    const layout = layOut(onPaper(renderReportPage(pageOf(say))), 718, 'dark');
    expect(layout).toMatchObject({ width: 718, beyond: [], scrolled: [], pale: [] });
  });
});
