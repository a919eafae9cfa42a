import { read, tracked } from './mentions';

/** For the far end's engineers, in Chinese alone: a summary of docs/link.md. */
const farEnd = 'zh/docs/far-end.md';

/** Pages that exist in Chinese too: the same headings in the same order, the same commands. */
const chinese = tracked.filter((file) => file.startsWith('zh/') && file.endsWith('.md') && file !== farEnd);

/** What people on call, and those who bring a service or a link, must be able to read in either language. */
const promised = [
  'README.md',
  'docs/agent.md',
  'docs/errors.md',
  'docs/instrument.md',
  'docs/link.md',
  'docs/operations.md',
  'docs/store.md',
];

const withoutCode = (markdown: string): string => markdown.replace(/^ *```[\s\S]*?^ *```/gm, '');
const levels = (markdown: string): string[] => withoutCode(markdown).match(/^#+(?= )/gm) ?? [];
/** Blocks of shell and settings, without what stands behind `#`. Lists of attempts and transcripts are in one language. */
const commands = (markdown: string): string[] =>
  [...markdown.matchAll(/^ *```(?:sh|ini|ts)\n([\s\S]*?)^ *```/gm)].map(([, code]) =>
    (code as string).replace(/ +#.*$/gm, '').trim(),
  );

test('the promised pages are there', () => {
  expect(chinese).toEqual(expect.arrayContaining(promised.map((page) => `zh/${page}`)));
});

describe.each(chinese)('%s', (file) => {
  const [own, english] = [read(file), read(file.replace(/^zh\//, ''))];
  test('has the headings of the English page', () => {
    expect(levels(own)).toEqual(levels(english));
  });
  test('has its commands', () => {
    expect(commands(own)).toEqual(commands(english));
  });
  test('is in Chinese, paragraph by paragraph', () => {
    const prose = withoutCode(own)
      .split(/\n{2,}/)
      .filter((paragraph) => paragraph.replace(/[^\p{L}]/gu, '').length > 120);
    expect(prose.filter((paragraph) => !/\p{Script=Han}/u.test(paragraph))).toEqual([]);
  });
});
