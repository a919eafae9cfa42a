/** The table of open ports, judged for one environment. */
import type { EnvironmentConfig } from '../../config/schema';
import { hopsOf } from '../../judges/reach/explain';
import type { ReachModel } from '../../judges/reach/model';
import { brokenRows, portTable, type Row, unlisted } from '../../judges/reach/port-table';
import { known } from './known';

/** Something that the table does not say. */
interface Finding {
  /** What it is known by. */
  readonly what: string;
  readonly detail: string;
  readonly row?: Row;
}

/** Everything that the templates and the table differ in. */
export function findings(config: EnvironmentConfig, { network, ends }: ReachModel): Finding[] {
  return [
    ...brokenRows(network, ends, config).map(({ row, flow, connection }) => ({
      what: `${flow.from} → ${flow.to} does not get there`,
      detail: `${flow.from} → ${flow.to}:${flow.port}\n${hopsOf(connection)}`,
      row,
    })),
    ...unlisted(network, ends, config).map(({ from, to, protocol, ports, connection }) => ({
      what: `${from} → ${to} passes unlisted`,
      detail: `${from} → ${to}, ${protocol}${ports.to > 0 ? ` ${ports.from} to ${ports.to}` : ''}\n${hopsOf(connection)}`,
    })),
  ];
}

const indented = (text: string): string => text.replace(/^/gm, '      ');

/** Prints it. @returns whether there is nothing but what is known */
export function judge(config: EnvironmentConfig, model: ReachModel): boolean {
  const all = findings(config, model);
  const isKnown = ({ what }: Finding): boolean => what in known;
  console.log(`${config.environment}:`);
  for (const row of portTable(config)) {
    const wrong = all.filter((each) => each.row?.where === row.where && each.row.port === row.port);
    const verdict =
      row.flows.length === 0 ? '–     ' : wrong.length === 0 ? 'passes' : wrong.every(isKnown) ? 'KNOWN ' : 'FAILS ';
    console.log(`  ${verdict}  ${row.where} ${row.port}, from ${row.from}: ${row.what}`);
    for (const { detail } of wrong.filter((each) => !isKnown(each))) console.log(indented(detail));
  }
  for (const { what, detail } of all.filter((each) => !each.row && !isKnown(each))) {
    console.log(`  NOT LISTED, and passes: ${what}\n${indented(detail)}`);
  }
  for (const what of new Set(all.filter(isKnown).map((each) => each.what)))
    console.log(`  known: ${what}: ${known[what]}`);
  return all.every(isKnown);
}
