/**
 * `espalier/extend`: what a workspace's own espalier.config.js brings, and what it is built of. docs/extending.md shows it by example.
 */
export type { Strategy } from '../training/job.js';
