// Headers that the document of an HTTP service declares go upstream from the client's own request, by whichever door it
// came: they are no arguments. Credentials among them are those that the document asks for.
import type { HttpOperation } from '../../core/http-operation.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Operation } from '../../core/operation.ts';

type ForwardRules = Pick<Operation, 'forwardHeaders' | 'forwardsAuthorization'>;

/** Lists are compared by identity where rules are compiled, so each operation has one. */
const known = new WeakMap<Operation, ForwardRules>();

export function forwardRulesOf(operation: Operation): ForwardRules {
  const { http } = operation;
  if (http === undefined) return operation;
  let rules = known.get(operation);
  if (rules === undefined) {
    const { forwardHeaders, forwardsAuthorization } = operation;
    const declared = [...headerNames(http), ...(forwardsAuthorization ? keyNames(http) : [])];
    rules = {
      forwardHeaders: [...new Set([...forwardHeaders, ...declared.map((name) => name.toLowerCase())])],
      forwardsAuthorization,
    };
    known.set(operation, rules);
  }
  return rules;
}

function headerNames({ parameters }: HttpOperation): string[] {
  return parameters.filter(({ place }) => place === 'header').map(({ name }) => name);
}

/** Names of the API keys that the operation asks for in a header. */
function keyNames({ security, document }: HttpOperation): string[] {
  return security.flatMap((requirement) =>
    [...requirement.keys()].flatMap((name) => {
      const scheme = document?.securitySchemes.get(name);
      const header: JsonValue | undefined =
        scheme?.type === 'apiKey' && scheme.in === 'header' ? scheme.name : undefined;
      return typeof header === 'string' && header.toLowerCase() !== 'authorization' ? [header] : [];
    }),
  );
}
