import { ApiProblem } from '../../gate/problem.ts';

const ELSEWHERE = 'https://elsewhere.invalid';

/**
 * Where to go after signing in: a page of this installation, never another site, nor a route of the API.
 * @returns The path with its query; `/` when nothing was said.
 * @throws ApiProblem INVALID_REQUEST
 */
export function localPath(text: string | undefined): string {
  if (text === undefined || text === '') return '/';
  const isPath = text.length <= 2_000 && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text) && URL.canParse(text, ELSEWHERE);
  const { origin, pathname, search } = new URL(isPath ? text : '/', ELSEWHERE);
  // Of `/.//host` there is `//host` left, which a browser takes for another site.
  if (!isPath || origin !== ELSEWHERE || pathname.startsWith('//') || /^\/(auth|v1|v2|graphql|live)(\/|$)/i.test(pathname))
    throw new ApiProblem('INVALID_REQUEST', 'return_to must be the path of a page of this installation, such as /alerts?status=open.', {
      errors: [{ pointer: '/query/return_to', detail: 'Write a path that begins with one slash.' }],
    });
  return `${pathname}${search}`;
}
