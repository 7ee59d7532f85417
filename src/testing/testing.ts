/**
 * `espalier/testing`: for tests of programs that use Espalier. Nothing of it downloads anything, and nothing needs a
 * test runner.
 */
export { type TestRow, testRows } from './rows.js';
export { type SmallEncoder, writeSmallEncoder } from './small-encoder.js';
export { openTestWorkspace, TestWorkspace, type TestWorkspaceOptions, testDeclaration } from './test-workspace.js';
