// Loaded before a stage process's own code (`--import .../broken.ts?break=NAME`): makes the mistake of that name.
import type { Break } from '../breaks/rewrite.ts';
import { apply } from '../breaks/rewrite.ts';

const name = new URL(import.meta.url).searchParams.get('break');
const { default: mistake } = (await import(`../breaks/${name}.ts`)) as { readonly default: Break };
apply(mistake);
