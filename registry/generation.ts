// A snapshot with what answers its calls: in force, then retired, and closed when the last request lets go of it.
import type { Problem } from '../core/problem.ts';
import type { SnapshotDraft } from './build-snapshot.ts';
import type { Linked } from './registry-options.ts';
import type { PinnedSnapshot, Snapshot } from './snapshot.ts';

export interface Generation {
  readonly snapshot: Snapshot;
  readonly linked: Linked;
  /** What was remarked on these services together: shadowed routes, names that yielded. */
  readonly remarks: readonly Problem[];
  pins: number;
  isRetired: boolean;
}

export function generationOf(draft: SnapshotDraft, linked: Linked, remarks: readonly Problem[]): Generation {
  const { revision, services, routes, graph } = draft;
  return {
    snapshot: Object.freeze({ revision, services, routes, graph, invoke: linked.invoke }),
    linked,
    remarks,
    pins: 0,
    isRetired: false,
  };
}

/** Holds the generation open until `release`. */
export function pinGeneration(generation: Generation): PinnedSnapshot {
  generation.pins += 1;
  let isHeld = true;
  return {
    snapshot: generation.snapshot,
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      generation.pins -= 1;
      closeIfDrained(generation);
    },
  };
}

/** Out of force: it closes once nobody holds it. */
export function retireGeneration(generation: Generation): void {
  generation.isRetired = true;
  closeIfDrained(generation);
}

function closeIfDrained(generation: Generation): void {
  if (generation.isRetired && generation.pins === 0) generation.linked.close();
}
