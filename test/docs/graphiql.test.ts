// GraphiQL in a real browser: it opens, completes a query that works as it stands, and asks nobody else for anything.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startLibrary } from '../../upstream-mocks/library/library.ts';
import type { MockServer } from '../../upstream-mocks/mock-server.ts';
import { demoService, startTestGateway, TEST_CONFIG, type TestGateway } from '../harness/start-gateway.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For a browser to start, and for what is waited for in it: machines are shared. */
const PATIENCE_MS = 240_000;

if (CHROMIUM === undefined)
  process.stdout.write('skipped: no chromium is installed, so GraphiQL was not opened\n');

(CHROMIUM === undefined ? describe.skip : describe)('GraphiQL in a browser', () => {
  let library: MockServer;
  let gateway: TestGateway;
  let browser: Browser;
  let page: Page;
  const requested: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    library = await startLibrary();
    gateway = await startTestGateway([demoService('library', library.url)], {
      graphql: { ...TEST_CONFIG.graphql, graphiql: true },
    });
    browser = await chromium.launch({
      executablePath: CHROMIUM ?? '',
      args: ARGUMENTS,
      headless: true,
      timeout: PATIENCE_MS,
    });
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('request', (request) => requested.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${gateway.publicUrl}/graphql`);
  });

  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await library?.close();
  });

  test('opens with a query that runs as it stands and shows its result', async () => {
    await page.getByRole('button', { name: /execute query/i }).click();
    const result = page.getByLabel(/result window/i);
    await result.getByText('"books/b1"').first().waitFor();
    expect(library.counts()['library.v1.LibraryService/ListBooks']?.ok).toBe(1);
  });

  test('knows the schema: its documentation names the fields', async () => {
    await page
      .getByRole('button', { name: /documentation explorer/i })
      .first()
      .click();
    await page.getByRole('link', { name: 'Query', exact: true }).first().click();
    await page.getByRole('link', { name: 'books', exact: true }).first().waitFor();
    expect(await page.getByText('Reads one book.').count()).toBeGreaterThan(0);
  });

  test('loads nothing from another host, and is not stopped by its own content policy', () => {
    const origins = requested.filter((url) => /^[a-z]+:\/\//.test(url)).map((url) => new URL(url).origin);
    expect(new Set(origins)).toEqual(new Set([gateway.publicUrl]));
    expect(complaints).toEqual([]);
  });
});
