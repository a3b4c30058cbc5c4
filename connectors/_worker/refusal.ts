// What the REST interface says no with, in the words of Kafka Connect.

/** Becomes `{"error_code":status,"message"}`. */
export class Refusal extends Error {
  readonly status: number;
  /** Seconds after which asking again may help. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, options: ErrorOptions & { readonly retryAfterSeconds?: number } = {}) {
    super(message, options);
    this.name = 'Refusal';
    this.status = status;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
export const badRequest = (message: string): Refusal => new Refusal(400, message);
export const notFound = (message: string): Refusal => new Refusal(404, message);
export const conflict = (message: string): Refusal => new Refusal(409, message, { retryAfterSeconds: 1 });
