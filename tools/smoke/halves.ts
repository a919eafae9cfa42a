/** Which half of a smoke test runs, and how it gets to the store. */
import { type Way, ways } from '../session';

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
    throw new Error(`--half ${half}: use node, operator or aws.`);
  }
  if (via !== undefined && !ways.includes(via as Way)) throw new Error(`--via ${via}: use ${ways.join(' or ')}.`);
  if (rehearse && (half || via || trace)) throw new Error('--rehearse runs both halves on this machine, by itself.');
  if (half === 'operator' && trace === undefined) {
    throw new Error('--half operator looks for what the other half sent: give --trace ID.');
  }
  if (half !== 'operator' && trace !== undefined) throw new Error('--trace is for --half operator.');
  if (trace !== undefined && !/^[\da-f]{32}$/.test(trace)) {
    throw new Error(`--trace ${trace}: a trace id has 32 hexadecimal digits in lower case.`);
  }
  if ((half === 'node' || half === 'aws') && via !== undefined)
    throw new Error(`--half ${half} does not look into the store: leave --via out.`);
  return { half, trace, via: via as Way | undefined };
}
