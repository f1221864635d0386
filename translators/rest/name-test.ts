// Tests a name against a list that a service gives: names, and prefixes that end in `*`.

export type NameTest = (name: string) => boolean;

export function createNameTest(rules: readonly string[]): NameTest {
  if (rules.length === 0) return () => false;
  const names = new Set(rules.filter((rule) => !rule.endsWith('*')));
  const prefixes = rules.filter((rule) => rule.endsWith('*')).map((rule) => rule.slice(0, -1));
  return (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
