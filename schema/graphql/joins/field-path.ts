// Paths of fields as people write them in a configuration, found in messages: `requests.id`, in proto or JSON names.
import type { FieldPath, KeyField } from '../../../core/graph.ts';
import type { JoinMember, JoinMessage } from './join-message.ts';

const MAX_PARTS = 32;

export interface FoundPath extends FieldPath {
  readonly members: readonly [JoinMember, ...JoinMember[]];
  readonly last: JoinMember;
}

/** The fields along a path, or in words why there is none. */
export function findPath(message: JoinMessage, text: string): FoundPath | string {
  const parts = text.split('.');
  if (parts.length > MAX_PARTS) return `${shown(text)} has more than ${MAX_PARTS} parts`;
  const members: JoinMember[] = [];
  let at: JoinMessage | undefined = message;
  for (const part of parts) {
    const holder: JoinMessage | undefined = at;
    if (holder === undefined) return `${shown(text)} goes below a field that is no message`;
    const member: JoinMember | undefined =
      holder.members.find(({ names }) => names[0] === part) ??
      holder.members.find(({ names }) => names.includes(part));
    if (member === undefined) return `${holder.name} has no field ${shown(part)}`;
    members.push(member);
    at = member.below();
  }
  const [first, ...rest] = members;
  if (first === undefined) return 'the path is empty';
  return {
    members: [first, ...rest],
    last: rest.at(-1) ?? first,
    keys: members.flatMap(({ keys }) => keys),
    path: members.flatMap(({ path }) => path),
  };
}

/** Places in the path of fields that take many. */
export function repeatedPlaces({ members }: FoundPath): number[] {
  let end = 0;
  return members.flatMap(({ keys, takesMany }) => {
    end += keys.length;
    return takesMany ? [end - 1] : [];
  });
}

/**
 * The path with what absence of its last field means. `isAlone`: it is the whole key; then an empty text that cannot
 * be told from an absent one is no key.
 */
export function keyField({ keys, path, last }: FoundPath, isAlone: boolean): KeyField {
  const { open } = last;
  return { keys, path, absent: last.absent(isAlone), ...(open !== undefined && { open }) };
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
