import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueNodeCertificate } from '../../harness/opensearch-node/certificates';
import { findJdk } from '../../harness/opensearch-node/java';
import { startOpenSearch } from '../../harness/opensearch-node/node';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'harbourline-jdk-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A kit whose `java` does what is given. */
function kit(name: string, script: string, { compiler = true } = {}): string {
  const home = join(directory, name);
  mkdirSync(join(home, 'bin'), { recursive: true });
  for (const command of ['java', ...(compiler ? ['javac'] : [])]) {
    writeFileSync(join(home, 'bin', command), `#!/bin/sh\n${script}\n`);
    chmodSync(join(home, 'bin', command), 0o755);
  }
  return home;
}

test('the kit that was named wins, else the newest that is new enough', () => {
  const [old, named] = [kit('jdk-17', 'echo openjdk 17.0.1'), kit('named', 'echo openjdk 21.0.4')];
  const newest = kit('jdk-25', 'echo openjdk 25 2025-09-16');
  kit('jdk-21', 'echo openjdk 21.0.4');
  expect(findJdk({ JAVA_HOME: named }, [directory])).toEqual({ home: named, version: 21 });
  expect(findJdk({ JAVA_HOME: old }, [directory])).toEqual({ home: newest, version: 25 });
  expect(findJdk({ PATH: join(named, 'bin') }, [])).toEqual({ home: named, version: 21 });
});

test('what was found and what is missing is said', () => {
  const home = kit('jdk-25', 'echo openjdk 25', { compiler: false });
  kit('jdk-8', 'exit 1');
  kit('jdk-17', 'echo openjdk 17.0.1');
  expect(() => findJdk({}, [directory])).toThrow(
    `version 21 or newer; found 25 without javac in ${home}, 17 in ${join(directory, 'jdk-17')}.`,
  );
  expect(() => findJdk({}, [])).toThrow('none was found. Install one');
});

test('the certificate is for the address, by an authority of its own', async () => {
  const { certificate, authority } = await issueNodeCertificate('127.77.0.31');
  const [issued, issuer] = [new X509Certificate(certificate), new X509Certificate(authority)];
  expect(issued.checkIP('127.77.0.31')).toBe('127.77.0.31');
  expect(issued.checkHost('localhost')).toBe('localhost');
  expect(issued.checkIP('127.0.0.1')).toBeUndefined();
  expect(issued.verify(issuer.publicKey)).toBe(true);
});

test('a node that ends early is an error with its last words; passwords and settings are its owner’s', async () => {
  const home = kit(
    'jdk',
    'case "$*" in *Hash) while read -r line; do echo "hash"; done;; *) echo "cannot bind"; exit 3;; esac',
  );
  mkdirSync(join(directory, 'prepared/config'), { recursive: true });
  const options = {
    directory: join(directory, 'run'),
    address: '127.77.93.32',
    port: 9200,
    users: [{ name: 'bootstrap', password: 'not-to-be-seen', backendRoles: ['arn:master'] }],
  };
  const prepared = { jdk: { home, version: 25 }, home: join(directory, 'prepared') };
  await expect(startOpenSearch(prepared, options)).rejects.toThrow(
    'OpenSearch did not start: it ended before it was ready (exit 3).\ncannot bind',
  );
  const users = readFileSync(join(directory, 'run/config/opensearch-security/internal_users.yml'), 'utf8');
  expect(JSON.parse(users)).toMatchObject({ bootstrap: { hash: 'hash', backend_roles: ['arn:master'] } });
  await expect(startOpenSearch(prepared, { ...options, users: [] })).rejects.toThrow('must include bootstrap');
});
