/**
 * Which way imports run: bin → lib → config, and inside lib down the order of rooms in lib/rooms.json. `npm run check` enforces it,
 * `npm run architecture` draws it.
 */

/** Rooms of lib from the top down: each may import from those below it, and from none above. */
const names = Object.keys(require('./lib/rooms.json'));
const outside = '^(tools|rehearsal|judges|harness|test)/';

module.exports = {
  forbidden: [
    { name: 'no-cycle-of-files', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-cycle-of-folders',
      comment: 'The stages of lib itself are the top, not a room: their folder holds the rooms.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(bin|config|lib)', pathNot: '^lib$' },
      to: { circular: true },
    },
    {
      name: 'config-looks-at-nothing-else',
      severity: 'error',
      from: { path: '^config/' },
      to: { path: '^(bin|lib)/' },
    },
    { name: 'lib-does-not-know-bin', severity: 'error', from: { path: '^lib/' }, to: { path: '^bin/' } },
    { name: 'nothing-looks-out', severity: 'error', from: { path: '^(bin|config|lib)/' }, to: { path: outside } },
    {
      name: 'a-room-has-its-place-in-the-order',
      comment: 'Write the new room into lib/rooms.json, above all that it imports from.',
      severity: 'error',
      from: {},
      to: { path: '^lib/[^/]+/', pathNot: `^lib/(${names.join('|')})/` },
    },
    {
      name: 'rooms-do-not-know-stages',
      severity: 'error',
      from: { path: '^lib/[^/]+/' },
      to: { path: '^lib/[^/]+$' },
    },
    ...names.slice(1).map((name, index) => ({
      name: `${name}-looks-down`,
      severity: 'error',
      from: { path: `^lib/${name}/` },
      to: { path: `^lib/(${names.slice(0, index + 1).join('|')})/` },
    })),
    {
      name: 'judges-look-at-the-product-alone',
      severity: 'error',
      from: { path: '^judges/' },
      to: { path: '^(tools|rehearsal|harness|test)/' },
    },
    {
      name: 'the-harness-knows-none-of-its-users',
      severity: 'error',
      from: { path: '^harness/' },
      to: { path: '^(tools|rehearsal|test)/' },
    },
    { name: 'a-rehearsal-needs-no-tool', severity: 'error', from: { path: '^rehearsal/' }, to: { path: '^tools/' } },
    { name: 'tests-serve-nobody', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
  ],
  options: { parser: 'swc', tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
};
