/** What the templates do not hold yet, and where it is worked on. `npm run reach -- --table` says so, and what it no longer finds. */
export const known: Readonly<Record<string, string>> = {
  'service → entrance does not get there':
    'by PrivateLink services reach the endpoint in their own VPC, whose nodes the model does not hold; see docs/entrance.md',
  'service → mainland passes unlisted':
    'what services send is held by the far end and by the groups of their own VPCs, not by the link',
  'mainland → service passes unlisted':
    'what the mainland sends to an attached address is held by the groups of the service, not by the link',
  'receiver → service passes unlisted': 'the same, from receivers: their group lets out 443',
};

/** Ways out that spans could take, and where it is worked on. */
export const knownExits: Readonly<Record<string, string>> = {
  DNS: "names that are looked up leave by AWS's resolver, a few bytes each, and no DNS Firewall judges them",
};
