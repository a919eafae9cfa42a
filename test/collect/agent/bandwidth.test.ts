import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectorMetrics } from '../../../lib/contract/metrics';
import { scripts } from '../../support/machine';

/**
 * The script itself, with real packets: two network namespaces joined by a cable, a sender of the agent's user and one of
 * another. Takes root and a kernel with nf_tables.
 */
const possible = spawnSync('unshare', ['-n', 'nft', 'add', 'table', 'inet', 'x']).status === 0;
const kilobits = 1_000;
const seconds = 4;

/** Sends as fast as it can for a while, over the cable; prints the bits a second that left the namespace. */
const sender = `
import encodings.idna, os, pwd, socket, sys, time
os.setuid(pwd.getpwnam(sys.argv[1]).pw_uid)
def sent():
    line = next(l for l in open('/proc/net/dev') if 'cable0' in l)
    return int(line.split(':')[1].split()[8])
client = socket.create_connection(('10.9.9.2', 7000))
client.settimeout(0.2)
before, start = sent(), time.monotonic()
while time.monotonic() - start < int(sys.argv[2]):
    try:
        client.send(b'x' * 65536)
    except TimeoutError:
        pass
print(8 * (sent() - before) / (time.monotonic() - start))
os._exit(0)
`;
const receiver = `
import socket, threading
def drain(peer):
    while peer.recv(1 << 20): pass
server = socket.create_server(('10.9.9.2', 7000))
while True: threading.Thread(target=drain, args=(server.accept()[0],), daemon=True).start()
`;
/** The agent's receiver of its own metrics, in place of it. */
const agent = `
import http.server, sys
class Take(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        open(sys.argv[1], 'ab').write(self.rfile.read(int(self.headers['content-length'])) + b'\\0')
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(('127.0.0.1', 4319), Take).serve_forever()
`;
const script = `set -euo pipefail
trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT
cd "$1"
# Waits for a command to succeed, with a bound; what it said last stands in the message.
await() {
  local what=$1 seen; shift
  for _ in {1..600}; do if seen=$("$@" 2>&1); then return; fi; sleep 0.1; done
  echo "waited 60 s for $what; seen last: $seen" >&2; exit 1
}
connects() { (: < /dev/tcp/10.9.9.2/7000); }
three() { local n; n=$(tr -cd '\\0' < figures | wc -c); echo "$n"; [ "$n" -ge 3 ]; }
ip link set lo up
ip link add cable0 type veth peer name cable1
unshare -n sh -c 'echo $$ > far; exec sleep 300' &
await 'the other namespace' test -s far
far=$(cat far)
ip link set cable1 netns "$far"
ip address add 10.9.9.1/24 dev cable0 && ip link set cable0 up
nsenter -t "$far" -n sh -c 'ip address add 10.9.9.2/24 dev cable1 && ip link set cable1 up'
nsenter -t "$far" -n python3 receiver.py &
python3 agent.py figures &
EGRESS_KILOBITS=${kilobits} AGENT_USER=nobody INTERVAL_SECONDS=1 "$2/bandwidth.sh" &
await 'the counter of the packet filter' nft list counter inet harbourline sent
await 'the receiver' connects
python3 sender.py nobody ${seconds} > agents
python3 sender.py root 1 > others
await 'three figures' three
`;

(possible ? test : test.skip)(
  'what the agent sends is bounded and measured, and nobody else is',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'harbourline-bandwidth-'));
    const files = { 'sender.py': sender, 'receiver.py': receiver, 'agent.py': agent, script };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o644 });
    spawnSync('chmod', ['755', folder]);
    const { status, stderr } = spawnSync('unshare', ['-n', 'bash', join(folder, 'script'), folder, scripts], {
      encoding: 'utf8',
      timeout: 240_000,
    });
    expect([status, stderr]).toEqual([0, '']);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    const [agents, others] = [Number(read('agents')) / 1000, Number(read('others')) / 1000];
    const metrics = read('figures')
      .split('\0')
      .filter(Boolean)
      .map((text) => JSON.parse(text).resourceMetrics[0].scopeMetrics[0].metrics[0]);
    rmSync(folder, { recursive: true });
    console.log(`the agent sent ${agents.toFixed(0)} of ${kilobits} kbit/s, another user ${others.toFixed(0)}`);

    // The kernel starts with a second's worth and the burst of 128 KiB on top, once.
    expect(agents).toBeLessThan(1.05 * kilobits + (kilobits + (8 * 131_072) / 1000) / seconds);
    expect(agents).toBeGreaterThan(0.5 * kilobits);
    expect(others).toBeGreaterThan(20 * kilobits);
    for (const { name } of metrics) expect(name).toBe(collectorMetrics.egress.name);
    const figures = metrics.map(({ gauge }: any) => Number(gauge.dataPoints[0].asInt));
    expect(Math.max(...figures)).toBeGreaterThan(0.5 * kilobits);
    // Packets of the other user are not the agent's.
    expect(Math.max(...figures)).toBeLessThan(3 * kilobits);
  },
  250_000,
);
