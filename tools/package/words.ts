/** What help, messages and dashboards say of commands, as a firm calls them. */
import { packagedCommands } from '../cli/commands';

/** Scripts of this checkout whose command has another name in the package. */
const otherwise: Readonly<Record<string, string>> = {
  'lint:templates': 'templates',
  'collector:build': 'collector build',
};

/** `npm run size -- --env dev` → `npx harbourline size --env dev`, for every command that the package has. */
export const forFirms = (text: string): string =>
  text.replace(
    // Or a name that is put in: of whichever command says it.
    /npm run ([\w-]+(?::[\w-]+)*|\$\{\w+\})(?:( \[)-- |( )-- )?/g,
    (whole, name: string, bracket?: string, space?: string) => {
      const isKnown = name in packagedCommands || name.startsWith('$');
      const called = otherwise[name] ?? (isKnown ? name : undefined);
      return called ? `npx harbourline ${called}${bracket ?? space ?? ''}` : whole;
    },
  );
