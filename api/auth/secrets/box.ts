// Secrets at rest: AES-256-GCM under a key that the database does not have.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { FatalError } from '../../../pipeline/core/errors.ts';
import type { SecretKeys } from './ring.ts';

/**
 * What is sealed, and whose: `totp:<user id>`. It is bound to the value, so that a sealed value cannot be moved to another row.
 */
export type SecretContext = `${string}:${string}`;
export interface SecretBox {
  /** `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url. Another text each time. */
  readonly seal: (context: SecretContext, plain: string) => string;
  /** @throws FatalError SECRET_UNREADABLE when the key is missing, or the value was changed or is another's. */
  readonly open: (context: SecretContext, sealed: string) => string;
  /** Whether the value is sealed with the key that seals now. */
  readonly isCurrent: (sealed: string) => boolean;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^v1\.([0-9a-f]{8})\.([\w-]{16})\.([\w-]{22,})$/;

export function openSecretBox(keys: SecretKeys): SecretBox {
  const first = () => keys.list()[0]!;
  return {
    seal(context, plain) {
      const { id, bytes } = first();
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v1.${id}.${nonce.toString('base64url')}.${body.toString('base64url')}`;
    },
    open(context, sealed) {
      const [, id, nonce = '', text = ''] = FORM.exec(sealed) ?? [];
      const key = keys.list().find((each) => each.id === id);
      if (key === undefined)
        throw unreadable(
          `A secret in the database is sealed with the key ${id ?? 'of another form'}, which is not among those given. Add that key behind the others.`,
        );
      const body = Buffer.from(text, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(nonce, 'base64url'), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(context))
        .setAuthTag(body.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
      } catch (error) {
        throw unreadable(`A secret in the database was changed, or belongs to another row: ${context}. Set it up again.`, error);
      }
    },
    isCurrent: (sealed) => FORM.exec(sealed)?.[1] === first().id,
  };
}

const unreadable = (message: string, cause?: unknown) => new FatalError('SECRET_UNREADABLE', message, {}, { cause });
