import { join } from 'node:path';
import deployment from '../../harbourline.config';
import { context } from '../../harness/context';
import { registerPolicyPacks } from '../../lib/compliance/policy';
import { reviewFiles, staleness } from '../../tools/review/files';

// What a pull request shows must be what the code makes: the same synthesis as `npx cdk synth`, in this process.
test('the committed templates are those that the app makes', () => {
  const app = deployment.app(deployment.environments(), { context: context() });
  registerPolicyPacks(app);
  expect(staleness(join(__dirname, '..', '..'), reviewFiles(app.synth().directory))).toEqual([]);
});
