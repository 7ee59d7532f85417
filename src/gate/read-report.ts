/** Reads stored reports, also those of an earlier Espalier. */
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

/** A stored report. What an earlier Espalier did not measure is empty. */
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
