/** Which half of a smoke test runs, and how it gets to the store. */
import { refused } from '../../config/refused';
import { type Way, wayOf } from '../session';
import { assertTraceId } from '../trace/options';

/** As the command line says it. */
interface Values {
  readonly half?: string | undefined;
  readonly trace?: string | undefined;
  readonly via?: string | undefined;
  readonly rehearse?: boolean;
}

/** What is run: both halves where `half` is undefined. */
export interface Halves {
  readonly half: 'node' | 'operator' | 'aws' | undefined;
  readonly trace: string | undefined;
  readonly via: Way | undefined;
}

/** @throws Error that says what is missing or contradictory, and what to write */
export function halves({ half, trace, via, rehearse }: Values): Halves {
  if (half !== undefined && half !== 'node' && half !== 'operator' && half !== 'aws') {
    throw refused('HL-SMOKE-001', `--half ${half}: there is no such half. Use node, operator or aws.`);
  }
  const way = via === undefined ? undefined : wayOf(via);
  if (rehearse && (half || via || trace))
    throw refused('HL-SMOKE-002', '--rehearse runs both halves on this machine: leave --half, --trace and --via out.');
  if (half === 'operator' && trace === undefined) {
    throw refused(
      'HL-SMOKE-003',
      '--half operator looks for what the other half sent: give --trace ID, as it printed it.',
    );
  }
  if (half !== 'operator' && trace !== undefined)
    throw refused('HL-SMOKE-004', '--trace is for --half operator: add that, or leave --trace out.');
  if (trace !== undefined) assertTraceId(trace);
  if ((half === 'node' || half === 'aws') && via !== undefined)
    throw refused('HL-SMOKE-005', `--half ${half} does not look into the store: leave --via out.`);
  return { half, trace, via: way };
}
