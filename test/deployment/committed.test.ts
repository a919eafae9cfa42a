import { join } from 'node:path';
import deployment from '../../harbourline.config';
import { unjudged } from '../../harness/context';
import { writeAcknowledgmentsInto } from '../../lib/compliance/policy';
import { reviewFiles, staleness } from '../../tools/review/files';

// What a pull request shows must be what the code makes: the same templates as those of `npx cdk synth`, which judges them, too.
test('the committed templates are those that the app makes', () => {
  const app = deployment.app(deployment.environments(), unjudged());
  writeAcknowledgmentsInto(app);
  expect(staleness(join(__dirname, '..', '..'), reviewFiles(app.synth().directory))).toEqual([]);
});
