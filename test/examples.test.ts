/** The examples, whose templates `npm run examples` makes of the packed package: that today's rules take their values, here. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../lib/deployment';

jest.mock('harbourline', () => jest.requireActual('../index'), { virtual: true });

const folder = join(__dirname, '..', 'examples');
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const here = process.cwd();
afterEach(() => process.chdir(here));

test.each(names)('%s', (name) => {
  process.chdir(join(folder, name));
  const { default: deployment } = jest.requireActual<{ default: Deployment }>(
    join(folder, name, 'harbourline.config.ts'),
  );
  expect(deployment.environments().length).toBeGreaterThan(0);
});
