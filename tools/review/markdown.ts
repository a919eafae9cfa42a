/** Text for a cell of a table: one line, and no pipe that ends it. */
export const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');

export const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``;

/** Words of a change are not markup: what looks like a tag is shown. Line breaks between places are ours. */
const shown = (text: string): string => text.replaceAll(/<(?!br>)/g, '&lt;');

export const row = (cells: readonly string[]): string => `| ${cells.map((each) => shown(cell(each))).join(' | ')} |`;
