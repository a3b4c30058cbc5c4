// As much of it as the tests of inputs use; the package brings no types.
declare module 'splunk-logging' {
  class Logger {
    constructor(config: { token: string; url: string; maxBatchCount?: number });
    error: (error: unknown) => void;
    send(context: object, done: (error: unknown, response: unknown, body: unknown) => void): void;
  }
  const splunk: { Logger: typeof Logger };
  export default splunk;
}
