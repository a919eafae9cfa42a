import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redactionProcessors } from '../../../lib/collector/blocks/redaction';

// The processor's Go tests run with the configuration that is rendered: one list for collectors and writer.
test("the Go tests' configuration is the rendered one", () => {
  const file = join(__dirname, '../../../lib/collector/distribution/redactionprocessor/testdata/rendered.json');
  // Differs? Write it again: npm run collector:generate
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(redactionProcessors().harbourline_redaction);
});
