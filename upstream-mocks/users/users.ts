// The users: AIP style, a nested address, an email address that must be unique, a password that is never shown.
import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { Collection } from '../grpc/collection.ts';
import { errorInfo, type FieldViolation } from '../grpc/details.ts';
import { applyUpdate, type Updatable } from '../grpc/field-mask.ts';
import { type GrpcMockServer, startGrpcMock } from '../grpc/grpc-mock.ts';
import { type HandlerContext, unary } from '../grpc/handlers.ts';
import {
  type ByName,
  type ByNames,
  type FieldMask,
  identifier,
  type PageRequest,
  refuse,
  required,
} from '../grpc/requests.ts';
import { MockStatus } from '../grpc/status.ts';
import type { MockOptions } from '../mock-server.ts';
import { timestampOf } from '../seed/values.ts';
import { type Membership, seedUsers, type User } from './user-seed.ts';

export const USERS_SERVICE = 'users.v1.UserService';

const UPDATABLE: Updatable = {
  fields: {
    display_name: [],
    email: [],
    address: ['lines', 'city', 'postal_code', 'region_code'],
    membership: [],
    password: [],
    about: [],
  },
  ignored: ['name', 'create_time'],
  oneofs: [],
};

/** @throws ListenError */
export function startUsers(options: MockOptions = {}): Promise<GrpcMockServer> {
  return startGrpcMock(
    { name: 'users', protoFile: 'users/v1/users.proto', service: USERS_SERVICE, handlers },
    options,
  );
}

function handlers(context: HandlerContext): UntypedServiceImplementation {
  const users = new Collection<User>(
    { type: 'users.example.com/User', prefix: 'users', letter: 'u' },
    seedUsers(),
  );
  return {
    GetUser: unary(context, ({ name }: ByName) => shown(users.get(name))),
    ListUsers: unary(context, (request: PageRequest & { membership?: Membership }) => {
      const { membership = 'MEMBERSHIP_UNSPECIFIED' } = request;
      const { items, nextPageToken } = users.list(
        request,
        (user) => membership === 'MEMBERSHIP_UNSPECIFIED' || user.membership === membership,
      );
      return { users: items.map(shown), next_page_token: nextPageToken };
    }),
    BatchGetUsers: unary(context, ({ names }: ByNames) => ({ users: users.batchGet(names).map(shown) })),
    CreateUser: unary(context, ({ user = {}, user_id: id }: { user?: User; user_id?: string }) => {
      refuse([identifier('user_id', id), ...faultsOf(user)]);
      refuseTakenEmail(users, user);
      return shown(users.add({ ...user, create_time: timestampOf(Date.now()) }, id));
    }),
    UpdateUser: unary(
      context,
      ({ user = {}, update_mask: mask }: { user?: User; update_mask?: FieldMask }) => {
        const updated = applyUpdate(users.get(user.name, 'user.name'), user, mask, UPDATABLE);
        refuse(faultsOf(updated));
        refuseTakenEmail(users, updated);
        return shown(users.replace(updated));
      },
    ),
  };
}

function shown({ password: _password, ...user }: User): User {
  return user;
}

function faultsOf(user: User): (FieldViolation | false | undefined)[] {
  return [
    required('user.display_name', user.display_name),
    required('user.email', user.email),
    (user.email ?? '') !== '' &&
      !/^[^@\s]+@[^@\s]+$/.test(user.email ?? '') && { field: 'user.email', description: 'must hold one @' },
  ];
}

function refuseTakenEmail(users: Collection<User>, { email, name }: User): void {
  for (const other of users.values()) {
    if (other.email !== email || other.name === name) continue;
    throw new MockStatus(status.ALREADY_EXISTS, 'this email address belongs to another user', {
      details: [errorInfo('EMAIL_TAKEN', 'users.example.com', { email: email ?? '' })],
    });
  }
}
