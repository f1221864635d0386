// Reads the certificates and key of an upstream before they are stored: a channel would refuse them only later,
// or, worse, trust nobody without saying why.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Problem } from '../core/problem.ts';
import type { UpstreamDefinition } from './service-definition.ts';

/** Never repeats what it was given: a key is a secret. */
export function checkTls(tls: UpstreamDefinition['tls']): Problem[] {
  if (tls === undefined) return [];
  const { ca, cert, key } = tls;
  const problems: Problem[] = [];
  const refuse = (message: string): void => {
    problems.push({ severity: 'error', rule: 'upstream-tls', message });
  };
  if (ca !== undefined && !isReadable(() => new X509Certificate(ca))) {
    refuse('tls.ca must hold the certificates of authorities in PEM');
  }
  if ((cert === undefined) !== (key === undefined)) {
    refuse('tls.cert and tls.key belong together; give both or none');
  } else if (cert !== undefined && key !== undefined) {
    const isCert = isReadable(() => new X509Certificate(cert));
    const isKey = isReadable(() => createPrivateKey(key));
    if (!isCert) refuse('tls.cert must hold a certificate in PEM');
    if (!isKey) refuse('tls.key must hold a private key in PEM, without a passphrase');
    if (isCert && isKey && !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      refuse('tls.key is not the private key of tls.cert');
    }
  }
  return problems;
}

function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
