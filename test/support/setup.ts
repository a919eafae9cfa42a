/** In each test file, before its tests. */

// Jest keeps a hundred lines of a stack, and CDK writes one down for every construct.
Error.stackTraceLimit = 10;

/** Removes folders that apps were synthesised into. Of a file that has loaded CDK: loading it takes longer than many tests. */
afterAll(() => {
  const cdk = require.cache[require.resolve('aws-cdk-lib/cx-api')]?.exports as typeof import('aws-cdk-lib/cx-api');
  cdk?.CloudAssembly.cleanupTemporaryDirectories();
});
