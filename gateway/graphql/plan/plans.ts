// The plans of one graph: made once per document, operation and combination of conditions, found again by the
// document itself. So they live as long as the document is kept, and the bound on documents bounds them.
import {
  type DocumentNode,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type VariableValues,
} from 'graphql';
import type { JsonObject } from '../../../core/json.ts';
import { NO_VARIABLES } from './arguments.ts';
import {
  type ConditionValues,
  conditionKey,
  conditionVariables,
  type Fragments,
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
   * What to run for an operation of a validated document. Undefined if that is graphql-js's to do: something that plans
   * do not cover, or variables that do not fit.
   */
  find(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    given: JsonObject | undefined,
  ): FoundPlan | undefined {
    let planned = this.#known.get(operation);
    if (planned === undefined) {
      planned = new PlannedOperation(document, operation, this.#planning);
      this.#known.set(operation, planned);
    }
    return planned.find(given);
  }
}

class PlannedOperation {
  readonly #planning: PlanningContext;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: Fragments;
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
    this.#conditions = conditionVariables(operation, this.#fragments);
  }

  find(given: JsonObject | undefined): FoundPlan | undefined {
    if (this.#conditions === undefined) return undefined;
    const variables = this.#readVariables(given);
    const conditions = variables && readConditions(this.#conditions, variables.coerced);
    if (variables === undefined || conditions === undefined) return undefined;
    const plan = this.#planOf(conditions);
    return plan && { plan, variables };
  }

  #readVariables(given: JsonObject | undefined): VariableValues | undefined {
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
    if (this.#byCombination.size >= MAX_COMBINATIONS) return undefined;
    const plan = planOperation(this.#operation, this.#fragments, conditions, this.#planning);
    this.#byCombination.set(key, plan);
    return plan;
  }
}
