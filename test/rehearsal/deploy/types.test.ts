/** A rehearsed deployment knows each type that is deployed: by itself, or by what stands for it. */
import emulated from '../../../rehearsal/deploy/emulated.json';
import stoodFor from '../../../rehearsal/deploy/stood-for.json';
import { assemblyOf, environmentNames } from '../../support/app';

test('each type of each stage is in one of the two lists, and none is in both', () => {
  const types = environmentNames.flatMap((environment) =>
    assemblyOf(environment).stacksRecursively.flatMap(({ template }) =>
      Object.values(template.Resources as Record<string, { Type: string }>).map(({ Type }) => Type),
    ),
  );
  const known = new Set([...emulated, ...Object.keys(stoodFor)]);
  const own = (type: string) => type.startsWith('Custom::') || type === 'AWS::CDK::Metadata';
  expect([...new Set(types)].filter((type) => !known.has(type) && !own(type))).toEqual([]);
  expect(emulated.filter((type) => type in stoodFor)).toEqual([]);
});
