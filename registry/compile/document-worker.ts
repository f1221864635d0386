// Runs in a thread of its own: reads a large OpenAPI document beside the requests that the gateway serves meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { readDocument } from '../../schema/openapi/read-document.ts';

parentPort?.postMessage(readDocument(workerData.source, workerData.limits));
