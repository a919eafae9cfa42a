import { namedMutants } from '../../tools/mutate/named';
import { runnerOf } from '../../tools/test/paths';

test('each named mutant can still be made, and has a test that runs', () => {
  const mutants = namedMutants();
  expect(mutants.length).toBeGreaterThan(10);
  for (const { test: path } of mutants) expect(['jest', 'go', 'pytest']).toContain(runnerOf(path));
});
