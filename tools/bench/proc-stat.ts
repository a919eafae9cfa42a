/** `/proc/<pid>/stat`, as far as processor time goes. */

/** Kernel clock ticks a second: `getconf CLK_TCK`, 100 on Linux. */
export const ticksASecond = 100;

export interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** Kernel ticks of its own. */
  readonly ticks: number;
  /** Kernel ticks of children that have ended. */
  readonly endedTicks: number;
}

/** Reads one line; a command's name may hold blanks and brackets. */
export function parse(line: string): ProcessTimes {
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = fields;
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { pid: Number.parseInt(line, 10), parent, ticks: user + system, endedTicks: endedUser + endedSystem };
}
