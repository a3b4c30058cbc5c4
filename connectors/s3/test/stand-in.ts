// A store that takes files, and says which documents are in them.
import { gunzipSync } from 'node:zlib';
import { openFarS3 } from '../../_aws/test/far-s3.ts';
import type { OpenStandIn } from '../../_contract/stand-in.ts';

export const openStandIn: OpenStandIn = async () => {
  const { store, side, settings } = await openFarS3();
  return {
    settings: { ...settings, lingerMs: '20' },
    outboundAllow: side.outboundAllow,
    faults: ['throttle', 'fail-after-accept', 'cut', 'down', 'slow'], // it refuses no document: it does not look at them
    taken: () =>
      [...store.objects]
        .filter(([key]) => key.endsWith('.ndjson.gz'))
        .flatMap(([, { body }]) => gunzipSync(body).toString().trimEnd().split('\n'))
        .map((line) => (JSON.parse(line) as { readonly event: { readonly id: string } }).event.id),
    fail: side.fail,
    close: side.close,
  };
};
