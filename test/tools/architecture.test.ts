import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { drawing, essential } from '../../tools/architecture/draw';
import { cruise, importsBetweenRooms, order } from '../../tools/architecture/imports';

const root = join(__dirname, '..', '..');

/** What dependency-cruiser says of files that stand in a tree of their own, under the rules of this repository. */
function refusals(files: Readonly<Record<string, string>>): string {
  const tree = mkdtempSync(join(tmpdir(), 'harbourline-rooms-'));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), text);
    }
    const top = [...new Set(Object.keys(files).map((file) => file.split('/')[0] as string))];
    const { stdout } = spawnSync(
      join(root, 'node_modules/.bin/depcruise'),
      [...top, '--config', join(root, '.dependency-cruiser.cjs')],
      { cwd: tree, encoding: 'utf8' },
    );
    return stdout;
  } finally {
    rmSync(tree, { recursive: true });
  }
}

test.each([
  [
    'a lower room that looks up',
    'network-looks-down',
    { 'lib/network/a.ts': "import '../store/b';", 'lib/store/b.ts': '' },
  ],
  [
    'even for a type',
    'contract-looks-down',
    {
      'lib/contract/a.ts': "import type { B } from '../machine/b';\nexport type A = B;",
      'lib/machine/b.ts': 'export type B = 1;',
    },
  ],
  [
    'a configuration that knows lib',
    'config-looks-at-nothing-else',
    {
      'config/a.ts': "import '../lib/contract/b';",
      'lib/contract/b.ts': '',
    },
  ],
  ['a room that looks out', 'nothing-looks-out', { 'lib/store/a.ts': "import '../../harness/b';", 'harness/b.ts': '' }],
  ['files in a circle', 'no-cycle-of-files', { 'lib/link/a.ts': "import './b';", 'lib/link/b.ts': "import './a';" }],
  [
    'folders in a circle',
    'no-cycle-of-folders',
    {
      'lib/store/one/a.ts': "import '../two/b';",
      'lib/store/two/b.ts': '',
      'lib/store/two/c.ts': "import '../one/d';",
      'lib/store/one/d.ts': '',
    },
  ],
  [
    'a room without a place',
    'a-room-has-its-place-in-the-order',
    {
      'lib/store/a.ts': "import '../attic/b';",
      'lib/attic/b.ts': '',
    },
  ],
] as const)('%s is refused', (_what, rule, files) => {
  expect(refusals(files)).toContain(`error ${rule}:`);
});

test('a room that looks down is not refused', () => {
  expect(refusals({ 'lib/store/a.ts': "import '../network/b';", 'lib/network/b.ts': '' })).toContain(
    'no dependency violations',
  );
});

test('every room of the order exists, and is drawn', () => {
  const imports = importsBetweenRooms(cruise());
  const drawn = drawing(imports);
  for (const name of Object.keys(order)) expect(drawn).toContain(`  ${name}["${name}"]`);
  // Every room but the top is used by one above it.
  const used = new Set(Object.values(imports).flatMap((to) => Object.keys(to)));
  expect(Object.keys(order).filter((name) => !used.has(name))).toEqual(['bin']);
});

test('an arrow that follows from others is left out', () => {
  expect(essential({ bin: { stages: 1, config: 1 }, stages: { config: 2 } })).toEqual([
    ['bin', 'stages'],
    ['stages', 'config'],
  ]);
});
