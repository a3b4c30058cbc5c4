/** How time passes: `setInterval`, or a test's hand. */
export type Every = (ms: number, work: () => void) => { readonly stop: () => void };

export const every: Every = (ms, work) => {
  const timer = setInterval(work, ms);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};
