import { describe, expect, it } from 'vitest';
import { objectsOf } from './notification.ts';

const s3 = (eventName: string, key: string) => ({
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name: 'b' }, object: { key, size: 5, eTag: 'e1', sequencer: '0A' } },
});
const bridge = (type: string) => ({ source: 'aws.s3', 'detail-type': type, detail: { bucket: { name: 'b' }, object: { key: 'a b+c', etag: 'e2' } } });
const sns = (message: object) => ({ Type: 'Notification', TopicArn: 't', Message: JSON.stringify(message) });
const one = (key: string, etag: string) => [{ bucket: 'b', key, etag }];

describe('a message of the queue', () => {
  it.each<[string, unknown, ReturnType<typeof objectsOf>]>([
    ['of S3, its name as in a form', { Records: [s3('ObjectCreated:Put', 'a+b%2Bc%C3%A9')] }, one('a b+cé', 'e1')],
    ['of S3, a name that is no form', { Records: [s3('ObjectCreated:Put', 'a%zz')] }, one('a%zz', 'e1')],
    [
      'of several objects',
      { Records: [s3('s3:ObjectCreated:CompleteMultipartUpload', 'x'), s3('ObjectCreated:Copy', 'y')] },
      [...one('x', 'e1'), ...one('y', 'e1')],
    ],
    ['of an object that was removed', { Records: [s3('ObjectRemoved:Delete', 'x')] }, []],
    ['of the setting up', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }, []],
    ['through SNS', sns({ Records: [s3('ObjectCreated:Put', 'x')] }), one('x', 'e1')],
    ['by EventBridge, its name as it is', bridge('Object Created'), one('a b+c', 'e2')],
    ['by EventBridge, of something else', bridge('Object Deleted'), []],
    ['by EventBridge through SNS', sns(bridge('Object Created')), one('a b+c', 'e2')],
    ['wrapped without end', sns(sns(sns(sns({})))), null],
    ['of somebody else', { hello: 1 }, null],
    ['that is no JSON', 'hello', null],
  ])('%s', (_, message, wanted) => {
    expect(objectsOf(typeof message === 'string' ? message : JSON.stringify(message))).toEqual(wanted);
  });
});
