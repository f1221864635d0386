// The plans of one graph: made once per document, operation and combination of conditions, found again by the
// document itself. So they live as long as the document is kept, and the bound on documents bounds them.
import {
  type DocumentNode,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type VariableValues,
} from 'graphql';
import { GatewayError } from '../../../core/error.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Introspection } from '../introspection/introspection.ts';
import { INTROSPECTION_FIELDS } from '../introspection/meta-fields.ts';
import { NO_VARIABLES } from './arguments.ts';
import {
  type ConditionValues,
  conditionKey,
  type Fragments,
  operationConditions,
  readConditions,
} from './conditions.ts';
import { type OperationPlan, planOperation } from './operation-plan.ts';
import type { PlanningContext } from './planning-context.ts';

export interface FoundPlan {
  readonly plan: OperationPlan;
  readonly variables: VariableValues;
}

/** Others of one operation are left to graphql-js: a client that varies more conditions gains little by plans. */
const MAX_COMBINATIONS = 16;

export class Plans {
  readonly #planning: PlanningContext;
  readonly #known = new WeakMap<OperationDefinitionNode, PlannedOperation>();

  constructor(planning: PlanningContext) {
    this.#planning = planning;
  }

  /**
   * Why an operation may not run that asks of the schema itself: it asks for too much of it. graphql-js knows no such
   * bound, so it is not asked where no plan is.
   */
  refusal(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    given: JsonObject | undefined,
  ): GatewayError | undefined {
    const planned = this.#planned(document, operation);
    // Wrong variables are worded by graphql-js, which runs nothing then.
    if (!planned.introspects || planned.readVariables(given) === undefined) return undefined;
    const found = planned.find(given) ?? planned.findIntrospection(given);
    return found === undefined ? unforeseeable() : introspectionRefusal(found, this.#planning.introspection);
  }

  /**
   * What to run for an operation of a validated document. Undefined if that is graphql-js's to do: something that plans
   * do not cover, or variables that do not fit.
   */
  find(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    given: JsonObject | undefined,
  ): FoundPlan | undefined {
    return this.#planned(document, operation).find(given);
  }

  #planned(document: DocumentNode, operation: OperationDefinitionNode): PlannedOperation {
    let planned = this.#known.get(operation);
    if (planned === undefined) {
      planned = new PlannedOperation(document, operation, this.#planning);
      this.#known.set(operation, planned);
    }
    return planned;
  }
}

function introspectionRefusal(
  { plan, variables }: FoundPlan,
  introspection: Introspection,
): GatewayError | undefined {
  const budget = introspection.budget();
  try {
    for (const { introspect } of plan.roots) introspect?.(variables, budget);
    return undefined;
  } catch (thrown) {
    // Whatever else is wrong is an error of its field.
    return thrown instanceof GatewayError ? thrown : undefined;
  }
}

function unforeseeable(): GatewayError {
  return new GatewayError(
    'invalid_argument',
    'the operation asks more of the schema than can be foreseen; ask for fewer fields, with conditions that are true or false',
    { type: 'operation-too-costly' },
  );
}

class PlannedOperation {
  readonly #planning: PlanningContext;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: Fragments;
  readonly introspects: boolean;
  /** Undefined: not covered, whatever the variables. */
  readonly #conditions: readonly string[] | undefined;
  readonly #byCombination = new Map<string, OperationPlan | undefined>();

  constructor(document: DocumentNode, operation: OperationDefinitionNode, planning: PlanningContext) {
    this.#planning = planning;
    this.#operation = operation;
    this.#fragments = new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    );
    const { variables, introspects } = operationConditions(operation, this.#fragments);
    this.#conditions = variables;
    this.introspects = introspects;
  }

  find(given: JsonObject | undefined): FoundPlan | undefined {
    if (this.#conditions === undefined) return undefined;
    const variables = this.readVariables(given);
    const conditions = variables && readConditions(this.#conditions, variables.coerced);
    if (variables === undefined || conditions === undefined) return undefined;
    const plan = this.#planOf(conditions);
    return plan && { plan, variables };
  }

  /** What of it is about the schema, where no plan covers the rest. */
  findIntrospection(given: JsonObject | undefined): FoundPlan | undefined {
    const variables = this.readVariables(given);
    const conditions = variables && this.#conditions && readConditions(this.#conditions, variables.coerced);
    if (variables === undefined || conditions === undefined) return undefined;
    const plan = planOperation(
      this.#operation,
      this.#fragments,
      conditions,
      this.#planning,
      INTROSPECTION_FIELDS,
    );
    return plan && { plan, variables };
  }

  /** Undefined if they do not fit. */
  readVariables(given: JsonObject | undefined): VariableValues | undefined {
    const { variableDefinitions } = this.#operation;
    if (variableDefinitions === undefined || variableDefinitions.length === 0) return NO_VARIABLES;
    return getVariableValues(this.#planning.schema, variableDefinitions, given ?? {}, {
      hideSuggestions: true,
      // One decides; graphql-js words those that clients hear of, and each repeats the whole of what it is about.
      maxErrors: 1,
    }).variableValues;
  }

  #planOf(conditions: ConditionValues): OperationPlan | undefined {
    const key = conditionKey(conditions);
    if (this.#byCombination.has(key)) return this.#byCombination.get(key);
    const isKept = this.#byCombination.size < MAX_COMBINATIONS;
    // What asks of the schema itself is not left to graphql-js, which knows no bounds of it.
    if (!isKept && !this.introspects) return undefined;
    const plan = planOperation(this.#operation, this.#fragments, conditions, this.#planning);
    if (isKept) this.#byCombination.set(key, plan);
    return plan;
  }
}
