/** After all test files. */
import { rmSync } from 'node:fs';
import { runFolderVariable } from './run-folder';

export default function teardown(): void {
  const folder = process.env[runFolderVariable];
  if (folder) rmSync(folder, { recursive: true, force: true });
}
