/**
 * `espalier/testing`: helpers for tests of programs that use Espalier. They download nothing, and need no test runner.
 */
export { type TestRow, testRows } from './rows.js';
export { type SmallEncoder, writeSmallEncoder } from './small-encoder.js';
export { openTestWorkspace, TestWorkspace, type TestWorkspaceOptions, testDeclaration } from './test-workspace.js';
