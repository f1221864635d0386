// How operations are shown: methods of protos below their service, operations of HTTP services by all of their name,
// in which slashes mean nothing (`GET /users/{id}`, `repos/get`).
import type { ServiceSummary } from './admin-answers.ts';

/** The names of such a service hold no services of their own. */
export function isHttpService({ targets }: Pick<ServiceSummary, 'targets'>): boolean {
  return targets.some((target) => /^https?:/i.test(target));
}

/** `GetBook` of `library.v1.LibraryService/GetBook`. */
export function nameOf(method: string, service: Pick<ServiceSummary, 'targets'>): string {
  return isHttpService(service) ? method : method.slice(method.lastIndexOf('/') + 1);
}

/** `/library.v1.LibraryService` of `/library.v1.LibraryService/GetBook`. */
export function serviceOf(method: string): string {
  return method.slice(0, method.lastIndexOf('/'));
}
