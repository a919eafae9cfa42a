import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gradeOf } from '../../../tools/words/grade';
import { docs, texts } from '../../../tools/words/texts';

describe('texts of a source', () => {
  const source = [
    "import { a } from 'not three words here';",
    "const short = 'two words';",
    '/** A comment that nobody is shown. */',
    "throw new Error('The domain is not there.');",
    'const help = `Asks for the',
    '  region of ${account} at once.`;',
    "const query = 'SELECT one FROM other';",
    "const 港 = 'Text behind wide characters stays on its line';",
  ].join('\n');
  test('stand on the line where they begin, without code, comments and queries', () => {
    expect(texts(source).split('\n')).toEqual([
      '',
      '',
      '',
      'The domain is not there.',
      'Asks for the region of … at once.',
      '',
      '',
      'Text behind wide characters stays on its line',
    ]);
  });
});

test('comments of settings stand on their lines, without what is around them', () => {
  const source = ['/** Days. @default 14 */', 'days: 14,', '/**', ' * How long', ' * it stays.', ' */', '// No.'].join(
    '\n',
  );
  expect(
    docs(source)
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual(['Days.  14', '', '', 'How long', 'it stays.', '', '']);
});

test('the grade is that of Flesch and Kincaid', () => {
  expect(gradeOf({ words: 100, sentences: 10, syllables: 150 })).toBeCloseTo(3.9 + 17.7 - 15.59);
});

describe('the rules find', () => {
  const folder = mkdtempSync(join(tmpdir(), 'harbourline-words-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const vale = (text: string): string[] => {
    const page = join(folder, 'page.md');
    writeFileSync(page, text);
    const tools = join(__dirname, '..', '..', '..', 'tools', 'words');
    const { stdout } = spawnSync('go', ['tool', 'vale', '--config', 'vale.ini', '--output=line', '--no-exit', page], {
      cwd: tools,
      encoding: 'utf8',
    });
    return stdout.split('\n').filter(Boolean);
  };
  test.each([
    ['Add it to the whitelist.', 'allow-list'],
    ['Who is told?', 'notified'],
    ['An alarm tells of it.', 'notifies'],
    ['It takes an hour at the most.', 'at most'],
    ['The outage goes on for some 10 s.', 'continues'],
    ['The outage lasts for some 10 s.', 'about'],
    ['It waits in vain.', 'without result'],
    ['The way to the mainland is well.', 'healthy'],
    ['It simply works.', 'Leave out'],
  ])('%s', (text, rule) => {
    expect(vale(text).join()).toContain(rule);
  });
  test('nothing in plain words, in code, or in what a word is part of', () => {
    expect(vale('The allow-list is checked, as well as `whitelist`. The path is healthy. It is well-known.')).toEqual(
      [],
    );
  });
});
