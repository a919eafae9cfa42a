/** Who imports whom, by room: as dependency-cruiser finds it in the code. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import rooms from '../../lib/rooms.json';

const root = join(__dirname, '..', '..');

/** Folders of the product, from the top down. `stages` are the files of lib itself. */
export const order: Readonly<Record<string, string>> = {
  bin: 'the app: environments of the configuration become stages, rule packs are attached',
  stages: 'one environment: the bill of materials, read from top to bottom',
  ...rooms,
  config: 'environments, their schema and rules, allow-lists: knows nothing of AWS CDK',
};

/** Room of a file, or undefined where it is none of the product's. */
function roomOf(file: string): string | undefined {
  const [top = '', next = '', deeper] = file.split('/');
  if (top === 'lib') return deeper === undefined ? 'stages' : next;
  return top === 'bin' || top === 'config' ? top : undefined;
}

/** Number of imports between rooms: `imports[from][to]`. */
export type Imports = Readonly<Record<string, Readonly<Record<string, number>>>>;

interface Cruised {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string }[];
  }[];
}

/** Imports between rooms, each room's own left out. */
export function importsBetweenRooms({ modules }: Cruised): Imports {
  const imports: Record<string, Record<string, number>> = Object.fromEntries(
    Object.keys(order).map((name) => [name, {}]),
  );
  for (const { source, dependencies } of modules) {
    const from = imports[roomOf(source) ?? ''];
    if (!from) continue;
    for (const { resolved } of dependencies) {
      const to = roomOf(resolved);
      if (to && to !== roomOf(source)) from[to] = (from[to] ?? 0) + 1;
    }
  }
  return imports;
}

/** Asks dependency-cruiser. */
export const cruise = (): Cruised =>
  JSON.parse(
    execFileSync(
      'npx',
      ['depcruise', 'bin', 'config', 'lib', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
      { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 },
    ),
  );
