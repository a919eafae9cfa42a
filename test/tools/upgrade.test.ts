import { upgradedFlags, upgradedPackage } from '../../tools/upgrade/upgrade';

const release = {
  dependencies: { tsx: '5.0.0' },
  devDependencies: { 'aws-cdk-lib': '2.300.0', typescript: '8.0.0', jest: '31.0.0' },
};

test('the release and what it was tried with are raised, and nothing else of a firm', () => {
  const before = {
    name: 'firm',
    dependencies: { harbourline: '0.1.0', 'aws-cdk-lib': '2.276.0', leftPad: '1.0.0' },
    devDependencies: { tsx: '4.0.0', jest: '29.0.0' },
  };
  expect(upgradedPackage(before, '0.2.0', release)).toEqual({
    name: 'firm',
    dependencies: { harbourline: '0.2.0', 'aws-cdk-lib': '2.300.0', leftPad: '1.0.0' },
    devDependencies: { tsx: '5.0.0', jest: '29.0.0' },
  });
});

test('feature flags that are missing come, those that a firm set otherwise stay', () => {
  const { json, added } = upgradedFlags(
    { context: { '@aws-cdk/core:a': false } },
    { context: { '@aws-cdk/core:a': true, '@aws-cdk/core:b': true } },
  );
  expect(json.context).toEqual({ '@aws-cdk/core:a': false, '@aws-cdk/core:b': true });
  expect(added).toEqual(['@aws-cdk/core:b']);
});
