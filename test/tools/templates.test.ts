import { fromCfnLint, fromCheckov, judge, readAccepted } from '../../tools/templates/findings';

const finding = {
  tool: 'checkov',
  id: 'CKV_AWS_18',
  at: 'prodCollect1/RemaindersBucket1',
  message: 'logging',
} as const;

test('a report of cfn-lint', () => {
  const report = JSON.stringify([
    {
      Filename: '/x/prodStore1.template.json',
      Message: 'wrong',
      Rule: { Id: 'E3012' },
      Location: { Path: ['Resources', 'Domain1', 'Properties'] },
    },
  ]);
  expect(fromCfnLint(report)).toEqual([{ tool: 'cfn-lint', id: 'E3012', at: 'prodStore1/Domain1', message: 'wrong' }]);
});

test('a report of checkov; one about nothing, or about what could not be read, is no pass', () => {
  const failed = {
    check_id: 'CKV_AWS_18',
    check_name: 'logging',
    file_path: '/prodCollect1.template.json',
    resource: 'AWS::S3::Bucket.RemaindersBucket1',
  };
  const report = (parsing_errors: number) =>
    JSON.stringify({ results: { failed_checks: [failed] }, summary: { parsing_errors } });
  expect(fromCheckov(report(0))).toEqual([finding]);
  expect(() => fromCheckov(report(1))).toThrow('cannot read 1');
  expect(() => fromCheckov(JSON.stringify({ passed: 0 }))).toThrow('no template');
});

test('what is accepted holds for its place; what nothing needs is said', () => {
  const on = (place: string) => [{ id: 'CKV_AWS_18', on: place, reason: '' }];
  expect(judge([finding], on('RemaindersBucket'))).toEqual({ open: [], stale: [] });
  expect(judge([finding], on('OtherBucket'))).toEqual({ open: [finding], stale: on('OtherBucket') });
});

test('every accepted finding has a reason', () => {
  for (const { id, reason } of readAccepted()) expect([id, reason.split(' ').length >= 8]).toEqual([id, true]);
});
