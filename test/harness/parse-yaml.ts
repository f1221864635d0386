// The YAML reader of the product's dependencies, for tests in folders that have packages of their own.
export { parse as parseYaml } from 'yaml';
