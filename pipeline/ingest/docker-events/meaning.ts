// What actions of the Docker engine mean. ECS has no category for containers: their runs are sessions on a host, what makes or removes things is configuration.
interface Meaning {
  readonly category: readonly string[];
  readonly type: readonly string[];
}
const meaning = (category: readonly string[], type: readonly string[]): Meaning => ({ category, type });

const STARTS = new Set(['start', 'restart', 'unpause', 'exec_start', 'exec_create', 'attach']);
const ENDS = new Set(['die', 'kill', 'stop', 'oom', 'pause', 'exec_die', 'exec_detach', 'detach']);
const CREATES = new Set(['create', 'pull', 'import', 'load', 'build', 'commit', 'enable', 'install']);
const REMOVES = new Set(['destroy', 'remove', 'delete', 'prune', 'untag', 'disable']);
const CHANGES = new Set(['update', 'rename', 'resize', 'tag', 'reload', 'copy', 'extract-to-dir', 'archive-path']);

export function meaningOf(kind: string, action: string): Meaning {
  if (kind === 'container') {
    if (STARTS.has(action)) return meaning(action.startsWith('exec_') ? ['host', 'session', 'process'] : ['host', 'session'], ['start']);
    if (ENDS.has(action)) return meaning(['host', 'session'], ['end']);
    if (action === 'health_status' || action === 'top' || action === 'export') return meaning(['host'], ['info']);
  }
  if (kind === 'network' && action === 'connect') return meaning(['network'], ['connection', 'start']);
  if (kind === 'network' && action === 'disconnect') return meaning(['network'], ['connection', 'end']);
  const type = CREATES.has(action)
    ? 'creation'
    : REMOVES.has(action)
      ? 'deletion'
      : CHANGES.has(action)
        ? 'change'
        : action.includes('mount')
          ? 'access'
          : 'info';
  if (kind === 'volume' || kind === 'image') return meaning(['file', 'configuration'], [type]);
  return meaning(['configuration'], [type]);
}
