import { join } from 'node:path';
import type { ServiceDefinition, UntypedHandleCall } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { protoPath as HEALTH_PROTO } from 'grpc-health-check';
import { MailboxServiceService } from '../generated/slmbx/v1/mailbox';
import { SystemServiceService } from '../generated/slmbx/v1/system';
import { PROTO_ROOT } from '../package-info';
import { decodeSendMessageRequest, encodeNothing, encodeReceiveMessageResponse } from './hot-codecs';

/** Package of the API in the protos. */
export const API_PACKAGE = 'slmbx.v1';

const OWN_PROTOS = ['slmbx/v1/mailbox.proto', 'slmbx/v1/system.proto'];
const DETAIL_PROTOS = ['google/rpc/code.proto', 'google/rpc/error_details.proto', 'google/rpc/status.proto'];

/** Descriptors of the whole API, error details and health among them, for reflection to hand out. */
export function loadDescriptors(): PackageDefinition {
  const includeDirs = [PROTO_ROOT, join(PROTO_ROOT, 'third_party')];
  return { ...loadSync([...OWN_PROTOS, ...DETAIL_PROTOS], { includeDirs }), ...loadSync(HEALTH_PROTO) };
}

/**
 * The services as Nest wants them, with ts-proto's codecs: uint64 is bigint, bytes are Buffer. Nest looks methods
 * up by the name the proto gives them.
 */
export function serviceDefinitions(): Record<string, ServiceDefinition> {
  return {
    [`${API_PACKAGE}.MailboxService`]: byProtoName({
      ...MailboxServiceService,
      sendMessage: {
        ...MailboxServiceService.sendMessage,
        requestDeserialize: decodeSendMessageRequest,
        responseSerialize: encodeNothing,
      },
      receiveMessage: {
        ...MailboxServiceService.receiveMessage,
        responseSerialize: encodeReceiveMessageResponse,
      },
    }),
    [`${API_PACKAGE}.SystemService`]: byProtoName(SystemServiceService),
  };
}

function byProtoName(service: ServiceDefinition<Record<string, UntypedHandleCall>>): ServiceDefinition {
  return Object.fromEntries(Object.values(service).map((method) => [method.path.split('/')[2] ?? '', method]));
}
