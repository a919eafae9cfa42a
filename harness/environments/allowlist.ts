import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AllowlistFile } from '../../config/allowlist';

/** An allow-list of this folder, named as one of a deployment would be. */
export const allowlist = (name: string): AllowlistFile => ({
  file: `config/allowlists/${name}`,
  text: readFileSync(join(__dirname, 'allowlists', name), 'utf8'),
});
