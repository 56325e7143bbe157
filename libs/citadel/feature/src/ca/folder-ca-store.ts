import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../write-file.js';
import type { CaStore, StoredCa } from './ca-store.js';

/** Keeps `ca-cert.pem` and `ca-key.pem` (0600) in a folder (0700). */
export class FolderCaStore implements CaStore {
  constructor(readonly location: string) {}

  async load(): Promise<StoredCa | undefined> {
    const [keyPem, certificatePem] = await Promise.all([this.read('ca-key.pem'), this.read('ca-cert.pem')]);
    if (keyPem === undefined && certificatePem === undefined) return undefined;
    if (keyPem === undefined) throw new Error(`${this.location} has ca-cert.pem but no ca-key.pem; restore the key or remove the certificate`);
    // A key without certificate is a save that was interrupted between its two files: nobody has used that CA.
    return certificatePem === undefined ? undefined : { keyPem, certificatePem };
  }

  async save(ca: StoredCa): Promise<void> {
    await mkdir(this.location, { recursive: true, mode: 0o700 });
    await chmod(this.location, 0o700);
    await writeFileAtomically(join(this.location, 'ca-key.pem'), ca.keyPem, 0o600);
    await writeFileAtomically(join(this.location, 'ca-cert.pem'), ca.certificatePem, 0o644);
  }

  private async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.location, name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
