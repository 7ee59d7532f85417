/** Formats numbers for people: shares as percent, and sizes in bytes. */

/** 0.9375 -> "93.8" */
export const percent = (share: number) => (share * 100).toFixed(1);

/** With its sign: 0.0125 -> "+1.3" */
export const signed = (share: number) => `${share > 0 ? '+' : ''}${percent(share)}`;

/** 1572864 -> "1.5", for columns. */
export const megabytes = (bytes: number) => (bytes / 1024 ** 2).toFixed(bytes < 1024 ** 2 ? 2 : 1);

export function bytesInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
