// A public document as these tests read it: on their own, by its words alone, sharing nothing with the gateway.
import type { JsonObject, JsonValue } from '../../core/json.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

export interface SourceOperation {
  /** `GET /repos/{owner}/{repo}` */
  readonly name: string;
  readonly method: string;
  /** Base path included. */
  readonly path: string;
  /** As it stands in `paths`. */
  readonly template: string;
  readonly operation: JsonObject;
  readonly parameters: readonly JsonObject[];
}

export class PublicDocument {
  readonly root: JsonObject;
  readonly isSwagger: boolean;

  constructor(root: JsonObject) {
    this.root = root;
    this.isSwagger = root.swagger !== undefined;
  }

  /** Follows references to the end. */
  resolve(value: JsonValue | undefined): JsonObject {
    let found = value;
    for (let hops = 0; hops < 20 && isObject(found) && typeof found.$ref === 'string'; hops += 1) {
      found = this.#at(found.$ref);
    }
    return isObject(found) ? found : {};
  }

  #at(reference: string): JsonValue | undefined {
    let found: JsonValue | undefined = this.root;
    for (const part of decodeURIComponent(reference.slice(1)).split('/').slice(1)) {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      found = isObject(found) ? found[key] : Array.isArray(found) ? found[Number(key)] : undefined;
    }
    return found;
  }

  operations(): readonly SourceOperation[] {
    return Object.entries(this.resolve(this.root.paths)).flatMap(([template, item]) => {
      const pathItem = this.resolve(item);
      return METHODS.flatMap((method): SourceOperation[] => {
        if (!isObject(pathItem[method])) return [];
        const operation = pathItem[method];
        const path = this.#basePath(pathItem, operation) + template;
        const own = this.#parameters(operation.parameters);
        const shared = this.#parameters(pathItem.parameters).filter(
          (one) => !own.some((other) => other.name === one.name && other.in === one.in),
        );
        const name = `${method.toUpperCase()} ${path}`;
        return [{ name, method, path, template, operation, parameters: [...shared, ...own] }];
      });
    });
  }

  #parameters(list: JsonValue | undefined): JsonObject[] {
    return Array.isArray(list) ? list.map((one) => this.resolve(one)) : [];
  }

  #basePath(pathItem: JsonObject, operation: JsonObject): string {
    if (this.isSwagger) return String(this.root.basePath ?? '').replace(/\/$/, '');
    const servers = operation.servers ?? pathItem.servers ?? this.root.servers;
    const server = Array.isArray(servers) ? this.resolve(servers[0]) : {};
    const variables = this.resolve(server.variables);
    const url = String(server.url ?? '/').replace(/\{([^}]*)\}/g, (_all, name) =>
      String(this.resolve(variables[name]).default ?? ''),
    );
    return new URL(url, 'http://base.invalid').pathname.replace(/\/$/, '');
  }

  /**
   * What a mock server needs for these operations: nothing else is in it, paths hold their base path, and what would make
   * Prism unfold a document for minutes (expandable references) is left as the identifier that it may also be.
   */
  excerpt(operations: readonly SourceOperation[]): JsonObject {
    const { servers: _servers, basePath: _basePath, paths: _paths, ...head } = this.root;
    const paths: JsonObject = {};
    for (const { path, method, operation, parameters } of operations) {
      const { servers: _own, callbacks: _callbacks, ...rest } = operation;
      const item = isObject(paths[path]) ? paths[path] : {};
      item[method] = { ...rest, parameters: [...parameters] };
      paths[path] = item;
    }
    const { components, definitions, parameters, responses, webhooks: _webhooks, ...others } = head;
    const known = Object.entries(others).filter(([key]) => !key.startsWith('x-'));
    const excerpt: JsonObject = {
      ...Object.fromEntries(known),
      paths: this.#withoutPathReferences(paths, 0),
    };
    const reachable = this.#reachable(excerpt.paths ?? null);
    if (this.isSwagger) {
      return { ...excerpt, ...picked({ definitions, parameters, responses }, reachable, '#') };
    }
    const kept = isObject(components) ? components : {};
    const { securitySchemes, ...rest } = kept;
    return {
      ...excerpt,
      components: {
        ...(securitySchemes !== undefined && { securitySchemes }),
        ...picked(rest, reachable, '#/components'),
      },
    };
  }

  /** References into `paths`, which some documents have instead of components, are replaced by what they mean. */
  #withoutPathReferences(value: JsonValue, depth: number): JsonValue {
    if (Array.isArray(value)) return value.map((item) => this.#withoutPathReferences(item, depth));
    if (!isObject(value)) return value;
    if (typeof value.$ref === 'string' && value.$ref.startsWith('#/paths/') && depth < 5)
      return this.#withoutPathReferences(this.resolve(value), depth + 1);
    return Object.fromEntries(
      Object.entries(withoutExpansion(value)).map(([key, one]) => [
        key,
        this.#withoutPathReferences(one, depth),
      ]),
    );
  }

  #reachable(from: JsonValue): ReadonlyMap<string, JsonValue> {
    const found = new Map<string, JsonValue>();
    const waiting: JsonValue[] = [from];
    for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
      if (Array.isArray(value)) waiting.push(...value);
      if (!isObject(value)) continue;
      const { $ref } = value;
      if (typeof $ref === 'string') {
        // A reference into a component keeps all of it.
        const key = decodeURIComponent($ref)
          .split('/')
          .slice(0, this.isSwagger ? 3 : 4)
          .join('/');
        const target = this.#at(key);
        if (target === undefined || found.has(key)) continue;
        const whole = this.#withoutPathReferences(target, 0);
        found.set(key, whole);
        waiting.push(whole);
      }
      waiting.push(...Object.values(value));
    }
    return found;
  }
}

function withoutExpansion(value: JsonObject): JsonObject {
  if (value['x-expansionResources'] === undefined) return value;
  const { anyOf: _anyOf, oneOf: _oneOf, 'x-expansionResources': _resources, ...rest } = value;
  return { ...rest, type: 'string' };
}

function picked(
  sections: Readonly<Record<string, JsonValue | undefined>>,
  reachable: ReadonlyMap<string, JsonValue>,
  base: string,
): JsonObject {
  const result: JsonObject = {};
  for (const [section, entries] of Object.entries(sections)) {
    if (!isObject(entries)) continue;
    const kept = Object.keys(entries).flatMap((name): [string, JsonValue][] => {
      const key = name.replaceAll('~', '~0').replaceAll('/', '~1');
      const value = reachable.get(`${base}/${section}/${key}`);
      return value === undefined ? [] : [[name, value]];
    });
    if (kept.length > 0) result[section] = Object.fromEntries(kept);
  }
  return result;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
