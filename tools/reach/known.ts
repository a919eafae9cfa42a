/** What the templates do not hold yet, and where it is worked on. `npm run reach -- --table` says so, and what it no longer finds. */
export const known: Readonly<Record<string, string>> = {};

/** Ways out that spans could take, and where it is worked on. */
export const knownExits: Readonly<Record<string, string>> = {};
