// What calls of the Kubernetes API mean in ECS.
import { table } from '../kit.ts';

const TYPES = table({ create: 'creation', update: 'change', patch: 'change', delete: 'deletion', deletecollection: 'deletion' });
/** Who may do what. */
const IAM = new Set([
  'roles',
  'rolebindings',
  'clusterroles',
  'clusterrolebindings',
  'serviceaccounts',
  'certificatesigningrequests',
  'tokenreviews',
  'tokenrequests',
]);
/** A process begins in a container. */
const INTO_CONTAINERS = new Set(['exec', 'attach']);
/** What the cluster is made of: everything else is data of what runs in it. */
const CONFIGURATION = /(?:webhookconfigurations|policies|quotas|ranges|classes|definitions|apiservices|configmaps|secrets|nodes|namespaces)$/;

export function meaningOf(
  verb: string | null,
  resource: string | null,
  part: string | null,
  decision: string | null,
): { readonly category: readonly string[]; readonly type: readonly string[] } {
  const what = TYPES.get(verb ?? '') ?? 'access';
  const category = ['api'];
  const type = new Set([what]);
  if (part !== null && INTO_CONTAINERS.has(part)) {
    category.push('process');
    type.add('start');
  } else if (resource !== null && IAM.has(resource) && what !== 'access') category.push('iam');
  else if (resource !== null && CONFIGURATION.test(resource)) category.push('configuration');
  if (decision === 'allow') type.add('allowed');
  else if (decision === 'forbid') type.add('denied');
  return { category, type: [...type] };
}
