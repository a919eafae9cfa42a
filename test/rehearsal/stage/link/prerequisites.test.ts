import { missingPrerequisites } from '../../../../rehearsal/stage/link/prerequisites';

const complete = { has: () => true, isRoot: true, mayUnshare: () => true };

test('a machine that has everything lacks nothing', () => {
  expect(missingPrerequisites(complete)).toEqual([]);
});

test('everything that is missing is named at once, with one line to install it', () => {
  const has = (file: string) => !/frr|swanctl|tun$/.test(file);
  const missing = missingPrerequisites({ ...complete, has, mayUnshare: () => false });
  expect(missing).toHaveLength(3);
  expect(missing[0]).toContain('apt-get install --no-install-recommends strongswan-swanctl frr');
  expect(missing[1]).toContain('unshare');
  expect(missing[2]).toContain('/dev/net/tun');
});

test('without root the message says how to become it', () => {
  expect(missingPrerequisites({ ...complete, isRoot: false })[0]).toContain('sudo -E');
});
