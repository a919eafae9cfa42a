/** The drawing of the rooms: a picture of who stands on whom, and a table of all imports. */
import { type Imports, order } from './imports';

const names = Object.keys(order);

/** Rooms that are reached from a room, itself left out. */
function reached(imports: Imports, from: string): Set<string> {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    for (const to of Object.keys(imports[name] ?? {})) {
      if (seen.has(to)) continue;
      seen.add(to);
      visit(to);
    }
  };
  visit(from);
  return seen;
}

/** Imports that no way over another room stands for: the fewest arrows that say who stands on whom. */
export const essential = (imports: Imports): [from: string, to: string][] =>
  names.flatMap((from) => {
    const direct = Object.keys(imports[from] ?? {});
    return direct
      .filter((to) => !direct.some((other) => other !== to && reached(imports, other).has(to)))
      .sort((one, other) => names.indexOf(one) - names.indexOf(other))
      .map((to): [string, string] => [from, to]);
  });

const picture = (imports: Imports): string =>
  [
    '```mermaid',
    'flowchart TD',
    ...names.map((name) => `  ${name}["${name}"]`),
    ...essential(imports).map(([from, to]) => `  ${from} --> ${to}`),
    '```',
  ].join('\n');

const matrix = (imports: Imports): string =>
  [
    `| from ↓ to → | ${names.join(' | ')} |`,
    `|---|${names.map(() => ':-:|').join('')}`,
    ...names.map(
      (from) =>
        `| **${from}** | ${names.map((to) => (from === to ? '·' : imports[from]?.[to] ? '●' : '')).join(' | ')} |`,
    ),
  ].join('\n');

/** The part of docs/architecture.md that the code decides. */
export const drawing = (imports: Imports): string => `${names.map((name) => `- **${name}**: ${order[name]}`).join('\n')}

An arrow: imports from. Arrows that follow from others are left out.

${picture(imports)}

Every room's imports. All stand to the right of the diagonal: nothing looks up.

${matrix(imports)}
`;
