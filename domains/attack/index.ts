// ATT&CK as rules refer to it: pure data and arithmetic.
export { coverageOf, reachOf } from './coverage.ts';
export type { Coverage, CoveredTechnique, TaggedRule } from './coverage.ts';
export { navigatorLayer } from './navigator.ts';
export type { Layer, LayerOptions, LayerTechnique } from './navigator.ts';
export { familyOf } from './family.ts';
export { techniqueOf, titleOfTechnique } from './techniques.ts';
export type { Technique } from './techniques.ts';
export { TACTICS } from './tactics.ts';
export type { Tactic } from './tactics.ts';
