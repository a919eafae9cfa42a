import { type Change, place, short } from '../changes';
import type { Hit, ReviewRule } from './rule';

const of =
  (type: string, what: (change: Change) => string | undefined, ...names: string[]) =>
  ({ changes }: { changes: readonly Change[] }): Hit[] =>
    changes
      .filter((change) => change.type === type && change.before && change.after)
      .flatMap((change) => {
        const text = what(change);
        return text ? [{ at: place(change), what: text, of: names.map((name) => `Properties.${name}`) }] : [];
      });

const names = ({ properties }: Change, ...wanted: string[]): string[] =>
  properties.map(({ name }) => name).filter((name) => wanted.includes(name));

const sizes = ['MinSize', 'DesiredCapacity', 'MaxSize'];

/** Sizes of a group that become none; those of a schedule that comes, too. */
const emptied = (change: Change): string[] =>
  sizes.filter((name) => {
    const [was, is] = [change.before?.Properties?.[name], change.after?.Properties?.[name]];
    return is !== undefined && Number(is) === 0 && (was === undefined || Number(was) !== 0);
  });

const scaled = /^AWS::AutoScaling::(AutoScalingGroup|ScheduledAction)$/;

export const fleetRules: readonly ReviewRule[] = [
  {
    id: 'fleet-empty',
    severity: 'danger',
    asks: 'works',
    effect:
      'A group may be, or is, without an instance: nothing takes what came to it. Senders keep it as long as their disks last, then it is lost.',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html',
    find: ({ changes }) =>
      changes
        .filter(({ type, before }) => scaled.test(type) && (before || type.endsWith('ScheduledAction')))
        .map((change) => ({ change, names: emptied(change) }))
        .filter(({ names }) => names.length > 0)
        .map(({ change, names }) => ({
          at: place(change),
          what: names.map((name) => `${name}: ${short(change.before?.Properties?.[name])} → 0`).join(', '),
          of: names.map((name) => `Properties.${name}`),
        })),
  },
  {
    id: 'fleet-shrinks',
    severity: 'caution',
    asks: 'works',
    effect:
      'Fewer instances, or fewer zones, carry the same spans. With fewer than one for each zone a zone that fails takes its share along.',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html',
    find: of(
      'AWS::AutoScaling::AutoScalingGroup',
      ({ before, after }) => {
        const [was, is] = [before?.Properties ?? {}, after?.Properties ?? {}];
        const smaller = ['MinSize', 'MaxSize'].filter((name) => Number(is[name]) < Number(was[name]));
        const zones = [was.VPCZoneIdentifier?.length, is.VPCZoneIdentifier?.length];
        const parts = [
          ...smaller.map((name) => `${name}: ${was[name]} → ${is[name]}`),
          ...(zones[1] < zones[0] ? [`zones: ${zones[0]} → ${zones[1]}`] : []),
        ];
        return parts.join(', ') || undefined;
      },
      'MinSize',
      'MaxSize',
      'VPCZoneIdentifier',
    ),
  },
  {
    id: 'fleet-grows',
    severity: 'note',
    asks: 'works',
    effect: 'More instances, or more zones, and their price: `npm run cost`.',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html',
    find: of(
      'AWS::AutoScaling::AutoScalingGroup',
      ({ before, after }) => {
        const [was, is] = [before?.Properties ?? {}, after?.Properties ?? {}];
        const grown = ['MinSize', 'MaxSize'].filter((name) => Number(is[name]) > Number(was[name]));
        const smaller = ['MinSize', 'MaxSize'].some((name) => Number(is[name]) < Number(was[name]));
        // Where it shrinks as well, that is the finding.
        return smaller ? undefined : grown.map((name) => `${name}: ${was[name]} → ${is[name]}`).join(', ') || undefined;
      },
      'MinSize',
      'MaxSize',
    ),
  },
  {
    id: 'fleet-refresh',
    severity: 'note',
    asks: 'root',
    effect:
      'Every instance is replaced, one after the other, each drained first: no span is lost, traces under way may be decided in two halves. Rolls back by itself when spans stop.',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html',
    find: of('AWS::EC2::LaunchTemplate', (change) =>
      names(change, 'LaunchTemplateData').length > 0
        ? 'instances are replaced by ones with the new template'
        : undefined,
    ),
  },
  {
    id: 'code-changes',
    severity: 'note',
    asks: 'root',
    effect: 'Other code, or another runtime, from the next call on. The template does not show it: read the source.',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-function-zip.html',
    find: of('AWS::Lambda::Function', (change) => {
      const changed = names(change, 'Code', 'Runtime', 'Handler', 'Layers');
      return changed.length > 0 ? `${changed.join(', ')} of the function` : undefined;
    }),
  },
];
