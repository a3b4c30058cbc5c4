// What Sigma rules need of an event. The engine reads the sensor's own document, so a rule rests on `native` and on what chooses it by log source;
// a field named as ECS names it rests, besides, on the typed field.
import type { Use } from '../../domains/schema-impact/index.ts';
import { findingStatus } from '../../domains/sigma/index.ts';
import type { LinkedCorrelation, LinkedRule, RuleSet } from '../../domains/sigma/index.ts';
import { items } from '../../domains/sigma/expression.ts';
import { aliasesOf } from '../../pipeline/detect/aliases.ts';
import type { FindingStatus } from '../../schemas/avro/types.gen.ts';

/** @param ecs ECS name to field. @param experimental What findings of experimental rules are (an option of detect). */
export function ruleUses({ rules, correlations }: RuleSet, ecs: ReadonlyMap<string, string>, experimental: FindingStatus): readonly Use[] {
  const isLive = ({ status }: LinkedRule | LinkedCorrelation) => findingStatus(status, experimental) === 'production';
  const ofRules = rules.flatMap((rule): Use[] => {
    const { category, product, service } = rule.logsource;
    const live = isLive(rule) || correlations.some((one) => rule.correlations.includes(one.key) && isLive(one));
    const use = (path: string, isBlinding: boolean): Use => ({ kind: 'rule', name: rule.title, where: rule.file, path, isBlinding: live && isBlinding });
    const needed = [
      'Event.native',
      ...(product ? ['Event.product'] : []),
      ...(category ? ['Event.logsource.category'] : []),
      ...(service ? ['Event.logsource.service'] : []),
    ];
    const otherNames = aliasesOf(rule);
    const fields = [...items(rule.expression)].flatMap(({ field }) => (field === null ? [] : [field]));
    const typed = [...new Set(fields)].flatMap((field) => {
      const own = ecs.get(field);
      if (own !== undefined) return [use(own, true)];
      // The vendor's name is asked first: these are what canonical events, search and documents have for it.
      return otherNames(field).flatMap((name) => (ecs.has(name) ? [use(ecs.get(name)!, false)] : []));
    });
    return [...needed.map((path) => use(path, true)), ...typed];
  });
  const ofCorrelations = correlations.flatMap((correlation): Use[] =>
    [...correlation.groupBy, ...correlation.valueFields].flatMap((field) => {
      const path = ecs.get(field);
      return path === undefined ? [] : [{ kind: 'rule', name: correlation.title, where: correlation.file, path, isBlinding: isLive(correlation) }];
    }),
  );
  return [...ofRules, ...ofCorrelations];
}
