/** Sizes in words. */

/** "1.4 MB", "0.0 MB" for less than 50 kB. */
export const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
