/**
 * The one major version of Node.js: of Lambda's functions, of the instances' package, of what esbuild writes for, and of this
 * repository's own commands (`.nvmrc`, `engines`). A test holds all of them to it.
 */
export const nodeMajor = 24;

/** Amazon Linux 2023's package of it, which makes it `/usr/bin/node`. */
export const nodePackage = `nodejs${nodeMajor}`;
