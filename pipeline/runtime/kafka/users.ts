// Users of the broker that sign in by SCRAM: the one request for it, which kafkajs lacks (KIP-554).
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { Cursor, FlexibleBody } from './cursor.ts';
import type { Call } from './library.ts';

const SCRAM_SHA_256 = 1;
/** What Kafka's own tools take. @see RFC 7677, section 4: at least 4096 */
const ITERATIONS = 8_192;

interface UserAnswer {
  readonly user: string;
  readonly errorCode: number;
}

/** AlterUserScramCredentials 0: makes a user or gives it another password; without a password, removes it. The password itself does not travel. */
export function alterUser(user: string, password: string | null, salt: Buffer = randomBytes(24)): Call<readonly UserAnswer[]> {
  const body = new FlexibleBody().tags(); // ends the request header
  body.array(password === null ? [user] : [], (name) => {
    body.string(name).int8(SCRAM_SHA_256).tags();
  });
  body.array(password === null ? [] : [password], (secret) => {
    const salted = pbkdf2Sync(secret, salt, ITERATIONS, 32, 'sha256');
    body.string(user).int8(SCRAM_SHA_256).int32(ITERATIONS).bytes(salt).bytes(salted).tags();
  });
  body.tags();
  return {
    request: { apiKey: 51, apiVersion: 0, apiName: 'AlterUserScramCredentials', encode: () => body },
    response: { decode: async (raw) => decode(raw), parse: (answers) => answers },
  };
}

function decode(raw: Buffer): readonly UserAnswer[] {
  const cursor = new Cursor(raw);
  cursor.tags();
  cursor.int32(); // throttle time
  return cursor.compactArray(() => {
    const user = cursor.compactString() ?? '';
    const errorCode = cursor.int16();
    cursor.compactString(); // its words
    cursor.tags();
    return { user, errorCode };
  });
}
