/** What is mutated: code that judges, refuses or hides, each with the tests that hold it. */

/** Code in TypeScript, mutated by Stryker and held by some test files of Jest. */
export interface Area {
  /** Globs of the code. */
  readonly code: readonly string[];
  /** Globs of the tests that run for each mutant: quick ones, that synthesise nothing. */
  readonly tests: readonly string[];
  /** Least share of mutants that tests notice, in per cent; the command fails below. */
  readonly least: number;
}

export const areas: Readonly<Record<string, Area>> = {
  judge: {
    code: ['rehearsal/judge/*.ts', 'rehearsal/judge/link/*.ts'],
    tests: [
      'test/rehearsal/judge/*.test.ts',
      'test/rehearsal/judge/link/*.test.ts',
      'test/rehearsal/inconclusive.test.ts',
    ],
    least: 93,
  },
  // By its own tests: with those of the judge, who asks it for everything, a run takes many times as long.
  cloudwatch: {
    code: ['rehearsal/judge/cloudwatch/*.ts'],
    tests: ['test/rehearsal/judge/cloudwatch/*.test.ts'],
    least: 90,
  },
  rules: {
    code: ['config/rules/*.ts', 'config/allowlist.ts', 'config/cidr.ts'],
    tests: ['test/config/**/*.test.ts', 'test/link/config.test.ts', 'test/link/allowlist.test.ts'],
    least: 50,
  },
  redaction: {
    code: ['lib/store/span-writer/scrub.ts'],
    tests: ['test/store/span-writer/scrub.test.ts'],
    least: 75,
  },
  writer: {
    code: ['lib/store/span-writer/{bulk,defuse,documents,lru,otlp,service-map,spans,trace-groups,writer}.ts'],
    // Mocha's runner knows no {a,b}.
    tests: ['documents', 'failures', 'lru', 'otlp'].map((name) => `test/store/span-writer/${name}.test.ts`),
    least: 53,
  },
  review: {
    code: ['tools/review/rules/*.ts', 'tools/review/{changes,grants,openings,accepted}.ts'],
    tests: ['test/review/cases.test.ts'],
    least: 50,
  },
};

/** Code in Python, mutated by mutmut (settings in its pyproject.toml). */
export const pythonPackage = 'python/harbourline-otel';

/** Go modules, mutated by gremlins. */
export const goModules = [
  'lib/collector/distribution/redactionprocessor',
  'lib/collector/distribution/aggregatesprocessor',
  'lib/collector/distribution/environmentprocessor',
] as const;
