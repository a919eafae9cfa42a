import { cloudConfig, environmentFile, filesOf, userDataLimit, variablesOf } from '../../lib/contract/instance';

const files = [
  { path: '/etc/a.yaml', content: 'a: "${env:X}"\n# colon: "quotes", \'both\' and $dollars\nb: |\n  text\n' },
  { path: '/etc/b.env', content: 'A=1\nB=x=y\n', permissions: '0600' },
];

describe('what an instance gets at first boot', () => {
  test('files come back byte for byte', () => {
    const read = filesOf(cloudConfig({ packages: ['jq'], files, commands: ['true'] }));
    for (const { path, content } of files) expect(read.get(path)).toBe(content);
  });

  test('commands are one script that stops at the first failure', () => {
    const text = cloudConfig({ packages: [], files: [], commands: ['first', 'second'] });
    expect(text).toMatch(/-euo\s+- pipefail/);
    expect(text).toMatch(/first\n\s+second/);
  });

  test('more than EC2 takes is refused at synth', () => {
    const content = 'x'.repeat(userDataLimit);
    expect(() => cloudConfig({ packages: [], files: [{ path: '/a', content }], commands: [] })).toThrow(
      /EC2 takes 16384/,
    );
  });

  test('an environment file comes back, values with = too', () => {
    expect(variablesOf(environmentFile({ A: '1', B: 'x=y' }))).toEqual({ A: '1', B: 'x=y' });
  });
});
