import { messageOf } from '../../harness/message';
import { planOf, rowsOf, typeProblems } from '../../tools/size/plan';

describe('size', () => {
  test.each([
    ['foo.search', 'm7g.large'],
    ['r7g.large', 'm7g.large'],
    ['r7gd.large.search', 'm7g.large'],
    ['r7g.huge.search', 'm7g.large'],
    ['r7g.large.search', 'x9.weird'],
    ['r7g.large.search', 'm8i.large'],
    ['r7g.large.search', 'm7i.medium'],
    ['r7g.large.search', 'm7g.large.search'],
  ])('refuses %s with %s', (node, collector) => {
    expect(typeProblems(node, collector)).toHaveLength(1);
  });

  test('takes what Hong Kong has', () => {
    expect(typeProblems('r8g.xlarge.search', 't4g.medium')).toEqual([]);
    expect(typeProblems('r8g.xlarge.search', 'c7i.2xlarge')).toEqual([]);
  });

  test('knows another home region', () => {
    expect(typeProblems('r7i.large.search', 'm8i.large')).toHaveLength(2);
    expect(typeProblems('r7i.large.search', 'm8i.large', 'ap-southeast-1')).toEqual([]);
  });

  test('compares like with like: all nodes with all, one with one', () => {
    const { has, ...plan } = planOf('prod');
    const { count, volumeGiB } = has!.store.dataNodes;
    const row = (what: string) => rowsOf({ ...plan, has: has! }).find(([name]) => name === what)!;
    expect(row('storage, all nodes')[2]).toBe(`${(count * volumeGiB).toLocaleString('en-US')} GiB`);
    expect(row('storage, each node')[2]).toBe(`${volumeGiB.toLocaleString('en-US')} GiB`);
    const number = (text: string) => Number(text.replace(/[^\d]/g, ''));
    const [all, each] = [row('storage, all nodes')[1], row('storage, each node')[1]].map(number);
    expect(Math.abs(each! * count - all!)).toBeLessThanOrEqual(count);
  });
});

test.each(['CredentialsProviderError', 'ExpiredTokenException'])('%s is one sentence that says what to do', (name) => {
  const said = messageOf(Object.assign(new Error('Could not load credentials from any providers'), { name }));
  expect(said).toContain('aws sso login');
  expect(said).not.toContain('\n');
});
