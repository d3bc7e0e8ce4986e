import { once } from 'node:events';
import { dirname, join } from 'node:path';
import {
  type ClientDuplexStream,
  credentials,
  loadPackageDefinition,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { FileDescriptorProto } from 'protobufjs/ext/descriptor';
import { Api, told, unary } from './support/api';
import { type Engine, startEngine } from './support/engine';
import { type Service, startService } from './support/service';
import { stopAll } from './support/stop-all';

let engine: Engine;
let service: Service;
let api: Api;

beforeAll(async () => {
  engine = await startEngine();
  service = await startService({ engine });
  api = new Api(service.tcp);
});

afterAll(() => stopAll(api, service, engine));

describe('health', () => {
  it.each(['', 'slmbx.v1.MailboxService', 'slmbx.v1.SystemService'])('of %p is SERVING', async (name) => {
    expect(await api.healthOf(name)).toBe('SERVING');
  });

  it('of an unknown service is NOT_FOUND', async () => {
    expect(await told(api.healthOf('slmbx.v1.Nothing'))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('lists the services', async () => {
    const { statuses } = await unary<{ statuses: Record<string, unknown> }>((done) => api.health.list({}, done));
    expect(Object.keys(statuses).sort()).toEqual(['', 'slmbx.v1.MailboxService', 'slmbx.v1.SystemService']);
  });

  it('lets many watch, and forgets them when they go', async () => {
    const watches = Array.from({ length: 50 }, () => api.health.watch({ service: '' }));
    for (const watch of watches) watch.on('error', () => undefined);
    await Promise.all(watches.map((watch) => once(watch, 'data')));
    for (const watch of watches) watch.cancel();
    expect(await api.healthOf()).toBe('SERVING');
  });
});

describe.each(['v1', 'v1alpha'])('reflection %s', (version) => {
  interface Answer {
    listServicesResponse?: { service: { name: string }[] };
    fileDescriptorResponse?: { fileDescriptorProto: Buffer[] };
    errorResponse?: { errorCode: number; errorMessage: string };
  }
  interface Reflection {
    serverReflectionInfo(): ClientDuplexStream<object, Answer>;
    close(): void;
  }

  let client: Reflection;

  beforeAll(() => {
    const root = join(dirname(require.resolve('@grpc/reflection')), '../proto/grpc/reflection', version);
    const packages = loadPackageDefinition(loadSync(join(root, 'reflection.proto'), { oneofs: true }));
    const path = ['grpc', 'reflection', version, 'ServerReflection'];
    const constructor = path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], packages);
    client = new (constructor as ServiceClientConstructor)(
      service.tcp,
      credentials.createInsecure(),
    ) as unknown as Reflection;
  });

  afterAll(() => client.close());

  async function ask(request: object): Promise<Answer> {
    const stream = client.serverReflectionInfo();
    stream.write(request);
    const [answer] = (await once(stream, 'data')) as [Answer];
    stream.end();
    return answer;
  }

  it('lists the services', async () => {
    const { listServicesResponse } = await ask({ listServices: '*' });
    expect(listServicesResponse?.service.map(({ name }) => name).sort()).toEqual([
      'grpc.health.v1.Health',
      'slmbx.v1.MailboxService',
      'slmbx.v1.SystemService',
    ]);
  });

  it.each(['slmbx.v1.MailboxService', 'slmbx.v1.SystemService', 'google.rpc.ErrorInfo', 'grpc.health.v1.Health'])(
    'describes %s',
    async (symbol) => {
      const { fileDescriptorResponse } = await ask({ fileContainingSymbol: symbol });
      const files = fileDescriptorResponse?.fileDescriptorProto.map((bytes) => FileDescriptorProto.decode(bytes)) ?? [];
      const names = files.flatMap((file) => {
        const {
          package: name,
          service: services,
          messageType,
        } = file as unknown as {
          package: string;
          service: { name: string }[];
          messageType: { name: string }[];
        };
        return [...services, ...messageType].map((thing) => `${name}.${thing.name}`);
      });
      expect(names).toContain(symbol);
    },
  );

  it.each([
    { fileContainingSymbol: 'slmbx.v1.Nothing' },
    { fileContainingSymbol: '__proto__' },
    { fileByFilename: 'constructor' },
    { fileContainingExtension: { containingType: '__proto__', extensionNumber: 1 } },
    { allExtensionNumbersOfType: 'toString' },
    {},
  ])('answers %p and goes on', async (request) => {
    await ask(request);
    expect((await ask({ listServices: '' })).listServicesResponse?.service.length).toBe(3);
  });
});
