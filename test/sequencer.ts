import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** A whole installation first, since each takes a minute: begun last, one would run alone while other workers have nothing left. The rest as Vitest does. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isWhole = ({ moduleId }: TestSpecification) => moduleId.endsWith('.e2e.test.ts');
    return [...sorted.filter(isWhole), ...sorted.filter((file) => !isWhole(file))];
  }
}
