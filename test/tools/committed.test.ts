import { join } from 'node:path';
import { registerPolicyPacks } from '../../lib/compliance/policy';
import { reviewFiles, staleness } from '../../tools/review/files';
import { freshApp } from '../support/app';

// What a pull request shows must be what the code makes: the same synthesis as `npx cdk synth`, in this process.
test('the committed templates are those that the app makes', () => {
  const app = freshApp();
  registerPolicyPacks(app);
  expect(staleness(join(__dirname, '..', '..'), reviewFiles(app.synth().directory))).toEqual([]);
});
