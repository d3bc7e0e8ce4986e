import 'reflect-metadata';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { root } from './processes';

/** What NestJS itself costs: the API's own method, which looks at nothing and answers nothing. */
@Controller()
class EmptyController {
  @GrpcMethod('MailboxService')
  sendMessage(): Record<string, never> {
    return {};
  }
}

@Module({ controllers: [EmptyController] })
class EmptyModule {}

/** Nest's transport doesn't tell which port it got, so one is found first. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function main(): Promise<void> {
  const url = `127.0.0.1:${await freePort()}`;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a class by name only
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(EmptyModule, {
    transport: Transport.GRPC,
    options: { package: 'slmbx.v1', protoPath: join(root, 'proto', 'slmbx', 'v1', 'mailbox.proto'), url },
    logger: false,
  });
  await app.listen();
  process.once('SIGTERM', () => process.exit(0));
  console.log(`ready on ${url}`);
}

void main();
