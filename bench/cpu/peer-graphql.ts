// The same by hand for GraphQL: graphql-yoga on fastify with resolvers over grpc-js, and dataloader for the join. The schema holds no more than the
// queries of the benchmark ask for; yoga's own cache of parsed and validated documents is on.
import type { AddressInfo } from 'node:net';
import DataLoader from 'dataloader';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { createSchema, createYoga } from 'graphql-yoga';
import { connectLibrary } from './peer-client.ts';

const typeDefs = /* GraphQL */ `
  type Money { currencyCode: String units: String nanos: Int }
  type Book {
    name: ID
    title: String
    author: ID
    isbn: String
    description: String
    pageCount: Int
    copiesSold: String
    rating: Float
    price: Money
    authorResource: Author
  }
  type Author { displayName: String }
  type ListBooksResponse { books: [Book!]! nextPageToken: String totalSize: Int }
  type Query {
    book(name: ID!): Book
    books(pageSize: Int, pageToken: String): ListBooksResponse
  }
`;

interface Fastified extends Record<string, unknown> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly authors: DataLoader<string, LoadedAuthor | undefined>;
}
interface LoadedAuthor {
  readonly name: string;
  readonly display_name: string;
}
interface LoadedBook {
  readonly author: string;
  readonly page_count: number;
  readonly copies_sold: string;
}
interface LoadedMoney {
  readonly currency_code: string;
}

const [target = ''] = process.argv.slice(2);
const library = connectLibrary(target);
const schema = createSchema<Fastified>({
  typeDefs,
  resolvers: {
    Query: {
      book: (_: unknown, { name }: { name: string }) => library.getBook({ name }),
      books: (_: unknown, { pageSize, pageToken }: { pageSize?: number; pageToken?: string }) =>
        library.listBooks({ page_size: pageSize ?? 0, page_token: pageToken ?? '' }),
    },
    Book: {
      pageCount: (book: LoadedBook) => book.page_count,
      copiesSold: (book: LoadedBook) => book.copies_sold,
      authorResource: (book: LoadedBook, _: unknown, { authors }: Fastified) => authors.load(book.author),
    },
    Author: { displayName: (author: LoadedAuthor) => author.display_name },
    Money: { currencyCode: (money: LoadedMoney) => money.currency_code },
  },
});
/** Of one request, as dataloader wants it. */
function authorLoader(): Fastified['authors'] {
  return new DataLoader(async (names) => {
    const { authors } = (await library.batchGetAuthors({ names })) as { readonly authors: LoadedAuthor[] };
    const byName = new Map(authors.map((author) => [author.name, author]));
    return names.map((name) => byName.get(name));
  });
}

const yoga = createYoga<Fastified>({ schema, logging: false });
const app = Fastify();
app.route({
  url: yoga.graphqlEndpoint,
  method: ['GET', 'POST', 'OPTIONS'],
  handler: (request, reply) =>
    yoga.handleNodeRequestAndResponse(request, reply, { request, reply, authors: authorLoader() }),
});

await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: (app.server.address() as AddressInfo).port });
