// Settings of a stand-in, which are text, as the configuration that a sink is opened with.
import type { z } from 'zod';
import type { SinkConnector } from '../_sink/index.ts';

/** @throws ZodError */
export const readSettings = (connector: SinkConnector, settings: Readonly<Record<string, string>>): object =>
  connector.config.parse(typed(settings, connector.config as unknown as z.ZodObject));

/** Text as the type that an option has. */
function typed(settings: Readonly<Record<string, string>>, schema: z.ZodObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, text]) => {
      const kind = kindOf(schema.shape[name] as z.ZodType);
      if (kind === 'number') return [name, Number(text)];
      if (kind === 'boolean') return [name, text === 'true'];
      return [name, kind === 'array' ? text.split(',') : text];
    }),
  );
}
function kindOf(schema: z.ZodType | undefined): string {
  const inner = schema as unknown as { readonly def: { readonly type: string; readonly innerType?: z.ZodType } } | undefined;
  if (inner === undefined) return 'unknown';
  return inner.def.innerType === undefined || ['array', 'object'].includes(inner.def.type) ? inner.def.type : kindOf(inner.def.innerType);
}
