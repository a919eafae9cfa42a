/** One path of a link, for dashboards and alarms. */
export type BoundPath =
  | { readonly name: string; readonly kind: 'tunnel'; readonly vpnId: string; readonly tunnelAddress: string }
  | {
      readonly name: string;
      readonly kind: 'interface';
      readonly connectionId: string;
      readonly virtualInterfaceId: string;
      /** It carries tunnels, which are paths of their own, and nothing else. */
      readonly onlyTunnels?: boolean;
    };
