// Which fields of a reply a plan reads, so that the others are never decoded.
import {
  addField,
  NOTHING,
  projectionBelow,
  uniteProjections,
  type Wanted,
} from '../../../translators/json/projections.ts';
import type { ObjectPlan, ValuePlan } from './value-plan.ts';

/** What is read of the message that an object type stands for; also what a read mask asks for. Oneofs are read whole. */
function projectObject({ fields: planned }: ObjectPlan): Wanted {
  const fields = new Map<string, Wanted>();
  for (const { source, value } of planned) {
    switch (source.kind) {
      case 'single':
      case 'list':
        addField(fields, source.path, projectValue(value));
        break;
      case 'map':
        addField(fields, source.path, entryPart(value));
        break;
      case 'edges':
        addField(fields, source.path, edgePart(value));
        addField(fields, source.token.path, undefined);
        break;
      // They have no names that could be asked for one by one.
      case 'extensions':
        return undefined;
      case 'pageInfo':
        addField(fields, source.token.path, undefined);
        break;
      case 'oneof':
        for (const { path } of source.members) addField(fields, path, undefined);
        break;
      case 'join':
        for (const { parent } of source.join.keys) {
          const [name, ...below] = parent.path;
          if (name !== undefined) addField(fields, name, projectionBelow(below, undefined));
        }
        break;
      case 'none':
        break;
    }
  }
  return { fields };
}

/** Of a value that is a message, or a list of them; undefined is all. */
export function projectValue(value: ValuePlan): Wanted {
  switch (value.kind) {
    case 'object':
      return projectObject(value.object);
    case 'list':
      return projectValue(value.item);
    default:
      return undefined;
  }
}

/** Of the values of a map; its entries are objects that the gateway makes. */
function entryPart(value: ValuePlan): Wanted {
  return value.kind === 'list' && value.item.kind === 'object'
    ? wrappedPart(value.item.object, 'value')
    : undefined;
}

/** Of the nodes of edges, which are objects that the gateway makes, too. */
function edgePart(value: ValuePlan): Wanted {
  return value.kind === 'list' && value.item.kind === 'object'
    ? wrappedPart(value.item.object, 'node')
    : undefined;
}

/** Of one field of an object that the gateway makes; nothing of it if nobody asks. */
function wrappedPart({ fields }: ObjectPlan, name: string): Wanted {
  const parts = fields.flatMap(({ source, value }) =>
    source.kind === 'single' && source.path === name ? [projectValue(value)] : [],
  );
  return parts.reduce<Wanted>(uniteProjections, NOTHING);
}
