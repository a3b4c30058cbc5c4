// Who may send, and when: asked before the first byte of a request is read, so that strangers take no memory and all the others together a bounded part.
import { ServerInterceptingCall, status } from '@grpc/grpc-js';
import type { Metadata, ServerInterceptor, StatusObject } from '@grpc/grpc-js';
import type { PeerCertificate } from 'node:tls';
import type { AuthenticatedSensor } from '../../pipeline/core/sensor.ts';

export interface AdmissionOptions {
  /** Requests that are read or worked on at the same time; more wait, unread. At least 2. */
  readonly requestsAtOnce: number;
  /** For a request to arrive once it is being read. */
  readonly readMs: number;
  /** Of a request's metadata and the certificate of its connection. Throws what `refusal` turns into an answer. */
  readonly sensorOf: (metadata: Metadata, peer: PeerCertificate | undefined) => Promise<AuthenticatedSensor>;
  readonly refusal: (error: unknown) => StatusObject;
}
export interface Admission {
  readonly intercept: ServerInterceptor;
  /** Who sends the request with this metadata: known once its handler is called. */
  readonly sensorOf: (metadata: Metadata) => AuthenticatedSensor;
}

export function openAdmission({ requestsAtOnce, readMs, sensorOf, refusal }: AdmissionOptions): Admission {
  const turns = new Turns(requestsAtOnce);
  const senders = new WeakMap<Metadata, AuthenticatedSensor>();
  return {
    sensorOf: (metadata) => senders.get(metadata)!,
    intercept: (_method, call) => {
      let isOver = false;
      let giveBack = () => {};
      let timer: NodeJS.Timeout | undefined;
      const end = () => {
        isOver = true;
        clearTimeout(timer);
        giveBack();
      };
      const admit = async (metadata: Metadata): Promise<boolean> => {
        const sensor = await sensorOf(metadata, call.getAuthContext().sslPeerCertificate);
        senders.set(metadata, sensor);
        if (isOver) return false;
        const turn = turns.ask(`${sensor.organization} ${sensor.sensor}`);
        giveBack = turn.giveBack;
        await turn.comes;
        if (isOver) return false;
        timer = setTimeout(
          () => intercepted.sendStatus({ code: status.DEADLINE_EXCEEDED, details: `The request did not arrive within ${readMs} ms.` }),
          readMs,
        );
        return true;
      };
      const intercepted = new ServerInterceptingCall(call, {
        start: (next) =>
          next({
            onReceiveMetadata: (metadata, pass) => {
              admit(metadata).then(
                (isAdmitted) => isAdmitted && pass(metadata),
                (error: unknown) => isOver || intercepted.sendStatus(refusal(error)),
              );
            },
            onReceiveHalfClose(pass) {
              clearTimeout(timer);
              pass();
            },
            onCancel: end,
          }),
        sendStatus(answer, next) {
          end();
          next(answer);
        },
      });
      return intercepted;
    },
  };
}

interface Turn {
  readonly comes: Promise<void>;
  /** Also of one that has not come. To call it twice does no harm. */
  readonly giveBack: () => void;
}

/** First come, first served; no sensor has more than half of the places, so that a slow one does not hold up the others. */
class Turns {
  readonly #places: number;
  readonly #taken = new Map<string, number>();
  #reading = 0;
  #waiting: { readonly sensor: string; readonly come: () => void }[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  ask(sensor: string): Turn {
    const { promise: comes, resolve: come } = Promise.withResolvers<void>();
    const waiting = { sensor, come };
    this.#waiting.push(waiting);
    this.#next();
    let isGiven = false;
    const giveBack = () => {
      if (isGiven) return;
      isGiven = true;
      const place = this.#waiting.indexOf(waiting);
      if (place >= 0) this.#waiting.splice(place, 1);
      else this.#release(sensor);
    };
    return { comes, giveBack };
  }

  #next(): void {
    const share = Math.ceil(this.#places / 2);
    while (this.#reading < this.#places) {
      const place = this.#waiting.findIndex(({ sensor }) => (this.#taken.get(sensor) ?? 0) < share);
      if (place < 0) return;
      const [{ sensor, come } = { sensor: '', come: () => {} }] = this.#waiting.splice(place, 1);
      this.#reading += 1;
      this.#taken.set(sensor, (this.#taken.get(sensor) ?? 0) + 1);
      come();
    }
  }

  #release(sensor: string): void {
    const left = this.#taken.get(sensor)! - 1;
    if (left === 0) this.#taken.delete(sensor);
    else this.#taken.set(sensor, left);
    this.#reading -= 1;
    this.#next();
  }
}
