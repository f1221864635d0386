// google.rpc.Status and the messages of google/rpc/error_details.proto, written to wire bytes by hand.
// By hand because a mock must not agree with the gateway merely by sharing its codec and its descriptors.
import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** A google.protobuf.Any. */
export interface Detail {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** google.rpc.Status: code = 1, message = 2, details = 3. */
export function encodeStatus(code: number, message: string, details: readonly Detail[]): Buffer {
  const writer = new BinaryWriter().uint32((1 << 3) | 0).int32(code);
  writeText(writer, 2, message);
  for (const detail of details) {
    writeMessage(writer, 3, (any) => {
      writeText(any, 1, detail.typeUrl);
      any.uint32((2 << 3) | 2).bytes(detail.value);
    });
  }
  return Buffer.from(writer.finish());
}

export function errorInfo(reason: string, domain: string, metadata: Record<string, string> = {}): Detail {
  return rpcDetail('ErrorInfo', (writer) => {
    writeText(writer, 1, reason);
    writeText(writer, 2, domain);
    for (const [key, value] of Object.entries(metadata)) {
      writeMessage(writer, 3, (entry) => {
        writeText(entry, 1, key);
        writeText(entry, 2, value);
      });
    }
  });
}

export function resourceInfo(resourceType: string, resourceName: string, description: string): Detail {
  return rpcDetail('ResourceInfo', (writer) => {
    writeText(writer, 1, resourceType);
    writeText(writer, 2, resourceName);
    writeText(writer, 4, description);
  });
}

export function badRequest(violations: readonly FieldViolation[]): Detail {
  return rpcDetail('BadRequest', (writer) => {
    for (const { field, description } of violations) {
      writeMessage(writer, 1, (violation) => {
        writeText(violation, 1, field);
        writeText(violation, 2, description);
      });
    }
  });
}

export function preconditionFailure(type: string, subject: string, description: string): Detail {
  return rpcDetail('PreconditionFailure', (writer) => {
    writeMessage(writer, 1, (violation) => {
      writeText(violation, 1, type);
      writeText(violation, 2, subject);
      writeText(violation, 3, description);
    });
  });
}

export function retryInfo(seconds: number, nanos: number): Detail {
  return rpcDetail('RetryInfo', (writer) => {
    writeMessage(writer, 1, (duration) => {
      duration.uint32((1 << 3) | 0).int64(seconds);
      duration.uint32((2 << 3) | 0).int32(nanos);
    });
  });
}

export function debugInfo(stackEntries: readonly string[], detail: string): Detail {
  return rpcDetail('DebugInfo', (writer) => {
    for (const entry of stackEntries) writeText(writer, 1, entry);
    writeText(writer, 2, detail);
  });
}

export function quotaFailure(subject: string, description: string): Detail {
  return rpcDetail('QuotaFailure', (writer) => {
    writeMessage(writer, 1, (violation) => {
      writeText(violation, 1, subject);
      writeText(violation, 2, description);
    });
  });
}

export function help(description: string, url: string): Detail {
  return rpcDetail('Help', (writer) => {
    writeMessage(writer, 1, (link) => {
      writeText(link, 1, description);
      writeText(link, 2, url);
    });
  });
}

export function localizedMessage(locale: string, message: string): Detail {
  return rpcDetail('LocalizedMessage', (writer) => {
    writeText(writer, 1, locale);
    writeText(writer, 2, message);
  });
}

/** Of a type that nobody's descriptors hold. */
export function unknownDetail(): Detail {
  const writer = new BinaryWriter();
  writeText(writer, 1, 'nobody knows me');
  return { typeUrl: 'type.googleapis.com/nowhere.v1.Mystery', value: writer.finish() };
}

/** Of a known type, with a byte that no message can begin with: there is no wire type 7. */
export function brokenDetail(): Detail {
  return { typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value: Uint8Array.of(0x0f) };
}

function rpcDetail(name: string, write: (writer: BinaryWriter) => void): Detail {
  const writer = new BinaryWriter();
  write(writer);
  return { typeUrl: `type.googleapis.com/google.rpc.${name}`, value: writer.finish() };
}

function writeText(writer: BinaryWriter, field: number, text: string): void {
  writer.uint32((field << 3) | 2).string(text);
}

function writeMessage(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.uint32((field << 3) | 2).fork();
  write(writer);
  writer.join();
}
