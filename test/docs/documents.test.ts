import {
  deadLinks,
  fragments,
  isKey,
  missingPaths,
  read,
  tracked,
  unknownCommands,
  unknownDecisions,
  unknownKeys,
} from './mentions';

/** Documents and comments name what exists. A page that is stale sends somebody the wrong way at three in the morning. */
const documents = tracked.filter((file) => file.endsWith('.md'));

/** Generated from something that is checked itself, or the text of a judgment about another tree. */
const generated = /^(?:docs\/compliance\.md|review\/)/;

const commented = tracked.filter(
  (file) =>
    /\.(?:ts|go|py|sh|ya?ml|toml)$/.test(file) &&
    !/^(?:review|test\/(?:docs|review|tools|judges)|deployment)\//.test(file),
);

/** The comments of a source, without its code. */
function comments(file: string, source: string): string {
  const marks = /\.(?:ts|go)$/.test(file) ? /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm : /(?<=^|\s)#.*$|"""[\s\S]*?"""/gm;
  return [...source.matchAll(marks)].map(([found]) => found).join('\n');
}

describe('documents', () => {
  test.each(documents)('%s names what exists', (file) => {
    const text = read(file);
    expect({
      links: deadLinks(file, text),
      paths: generated.test(file) ? [] : missingPaths(text),
      commands: unknownCommands(text),
      keys: unknownKeys(text),
      decisions: unknownDecisions(text),
    }).toEqual({ links: [], paths: [], commands: [], keys: [], decisions: [] });
  });

  test('the front door is about a hundred lines', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(110);
  });
});

test('comments name what exists', () => {
  const stale = commented.flatMap((file) => {
    const text = comments(file, read(file));
    return [...missingPaths(text), ...unknownCommands(text), ...unknownKeys(text), ...unknownDecisions(text)].map(
      (found) => `${file}: ${found}`,
    );
  });
  expect(stale).toEqual([]);
});

test('every decision stands in the index, with what it replaces', () => {
  const index = read('docs/adr/README.md');
  for (const file of tracked.filter((each) => /^docs\/adr\/\d/.test(each))) {
    const name = file.replace('docs/adr/', '');
    expect(index).toContain(`](${name})`);
  }
});

describe('what is looked for is found', () => {
  test('a link to a file or a heading that is not there', () => {
    expect(
      deadLinks('docs/x.md', '[a](../README.md) [b](gone.md) [c](../README.md#nowhere) [d](https://example.com)'),
    ).toEqual(['gone.md', '../README.md#nowhere']);
    expect(fragments('# Who may do what?\n## `a` and b\n## `a` and b')).toEqual(
      new Set(['who-may-do-what', 'a-and-b', 'a-and-b-1']),
    );
  });
  test('a path that is not there', () => {
    expect(
      missingPaths('`lib/gone.ts`, lib/store, config/*.ts, docs/<page>.md, lib/gone/*.ts and test/docs/mentions.'),
    ).toEqual(['lib/gone.ts', 'lib/gone/*.ts']);
  });
  test('a command or an option that is not there', () => {
    expect(unknownCommands('npm run gone; npm run rehearse -- --scenario link --nothing x; `npm run help`')).toEqual([
      'npm run gone',
      'npm run rehearse -- --nothing',
    ]);
  });
  test('a configuration key that is not there', () => {
    expect(unknownKeys('`store.dataNodes.count = 4`, `observe.notify.email: x`, `link.allowlistDays`')).toEqual([
      'observe.notify.email',
    ]);
    expect(isKey('network.cidr')).toBe(true);
  });
  test('a decision that was not taken', () => {
    expect(unknownDecisions('ADR 1, ADR 999')).toEqual(['ADR 999']);
  });
});
