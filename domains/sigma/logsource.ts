// Which records a rule is for.
import { refuse } from './problem.ts';

/** Lower case; null where the rule does not name the attribute. At least one is named. */
export interface RuleLogsource {
  readonly product: string | null;
  readonly category: string | null;
  readonly service: string | null;
}

/** @throws Refusal when none of product, category and service is named */
export function parseLogsource(value: unknown): RuleLogsource {
  if (value === undefined || value === null) return refuse('there is no logsource');
  if (typeof value !== 'object' || Array.isArray(value)) return refuse('the logsource is no map');
  const attribute = (key: string): string | null => {
    const found = (value as Record<string, unknown>)[key];
    if (found === undefined || found === null || found === '') return null;
    return typeof found === 'string' ? found.toLowerCase() : refuse(`the logsource's ${key} is no text`, key);
  };
  const logsource = { product: attribute('product'), category: attribute('category'), service: attribute('service') };
  if (logsource.product === null && logsource.category === null && logsource.service === null) refuse('the logsource names no product, category or service');
  return logsource;
}

/** Each attribute that `outer` names is equal in `inner`. */
export const covers = (outer: RuleLogsource, inner: RuleLogsource): boolean =>
  (outer.product === null || outer.product === inner.product) &&
  (outer.category === null || outer.category === inner.category) &&
  (outer.service === null || outer.service === inner.service);
