// What a message of the queue tells: objects, as S3 says it itself, through SNS, or by EventBridge.
import { z } from 'zod';
import type { ObjectId } from './place.ts';

const record = z.object({
  eventName: z.string(),
  s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string(), eTag: z.string().default('') }) }),
});
const straight = z.object({ Records: z.array(record) });
const bridged = z.object({
  'detail-type': z.string(),
  detail: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string(), etag: z.string().default('') }) }),
});
const wrapped = z.object({ Type: z.literal('Notification'), Message: z.string() });
/** S3 sends it once, when notifications are set up. */
const test = z.object({ Event: z.literal('s3:TestEvent') });

/** Objects that were made; none for what tells of other things. Null: it is no notification of S3. */
export function objectsOf(body: string, depth = 0): readonly ObjectId[] | null {
  const message = parsed(body);
  const inner = wrapped.safeParse(message);
  if (inner.success) return depth > 1 ? null : objectsOf(inner.data.Message, depth + 1);
  if (test.safeParse(message).success) return [];
  const event = bridged.safeParse(message);
  if (event.success) {
    const { bucket, object } = event.data.detail;
    return event.data['detail-type'] === 'Object Created' ? [{ bucket: bucket.name, key: object.key, etag: object.etag }] : [];
  }
  const direct = straight.safeParse(message);
  if (!direct.success) return null;
  return direct.data.Records.filter(({ eventName }) => /^(s3:)?ObjectCreated:/.test(eventName)).map(({ s3: { bucket, object } }) => ({
    bucket: bucket.name,
    key: decoded(object.key),
    etag: object.eTag,
  }));
}

/** S3 writes names as in a form: plus for a blank. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
