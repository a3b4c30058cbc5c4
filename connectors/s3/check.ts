// Asks the store whether the configuration can work.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { failureOf } from '../_aws/failure.ts';
import { openS3 } from '../_aws/s3.ts';
import type { SinkDeps } from '../_sink/index.ts';
import type { S3Config } from './index.ts';
import { journalFolder } from './journal.ts';

const OPTIONS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'bucket',
  InvalidAccessKeyId: 'accessKeyId',
  SignatureDoesNotMatch: 'secretAccessKey',
  ExpiredToken: 'sessionToken',
  InvalidToken: 'sessionToken',
  PermanentRedirect: 'region',
  AuthorizationHeaderMalformed: 'region',
};

export async function problemsOf(config: S3Config, deps: SinkDeps): Promise<readonly { readonly option: string; readonly message: string }[]> {
  try {
    const query = { 'list-type': '2', 'max-keys': '1', prefix: `${journalFolder(config, deps.connector)}/` };
    const answer = await openS3(config, deps, config.timeoutMs).call({ method: 'GET', query, signal: deps.signal });
    if (answer.status === 200) return [];
    const { code, message } = failureOf(answer);
    return [{ option: OPTIONS[code] ?? 'bucket', message }];
  } catch (error) {
    if (error instanceof ConfigError || error instanceof RetryableError)
      return [{ option: error.message.startsWith('STS') ? 'roleArn' : 'url', message: error.message }];
    throw error;
  }
}
