/** Reads stored reports, including those of earlier versions of Espalier. */
import type { Report } from './report.js';

const olderRow = {
  scope: 'suite',
  leftOut: 0,
  worse: null,
  better: null,
  detectable: null,
  anchor: null,
  uses: 0,
} as const;

/** Returns a stored report; fields that an earlier version of Espalier did not measure are empty. */
export function readReport(stored: unknown): Report {
  const report = stored as Report;
  const rows = report.rows.map((row) => ({
    ...olderRow,
    ...row,
    findings: row.findings.map((finding) => ({ ...finding, needed: finding.needed ?? null })),
  }));
  return {
    ...{
      slices: [],
      calibration: null,
      tasks: [],
      newLabels: null,
      findings: [],
      notes: [],
      unchanged: [],
      unknown: [],
    },
    ...report,
    rows,
  };
}
