// The types of a client: an OpenAPI document on stdin, a TypeScript module on stdout.
// A program of its own, since the generator brings a compiler along that nothing else should have to load.
import { text } from 'node:stream/consumers';
import openapiTypes, { astToString } from 'openapi-typescript';

process.stdout.write(astToString(await openapiTypes(await text(process.stdin))));
