/** Programs of ours that run in a process of their own: TypeScript in a checkout, JavaScript in the package. */
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What files of ours end with, here. */
export const sourceExtension = extname(__filename);

/**
 * Arguments by which Node.js runs a program of ours, wherever it is started. It can load TypeScript: a deployment's
 * configuration is.
 *
 * @param path without its extension
 */
export const ownProgram = (path: string): string[] => [...loader(), `${path}${sourceExtension}`];

/** Arguments by which Node.js loads TypeScript, wherever it is started. */
export const loader = (): string[] => ['--import', pathToFileURL(require.resolve('tsx')).href];
